import "./styles/base.css";
import "./styles/panes.css";
import "./styles/threads.css";
import "./styles/thread.css";
import "./styles/step.css";
import "./styles/values.css";
import "./styles/messages.css";
import "./styles/diff.css";
import "./styles/narrow.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { takeToken } from "./server.ts";

function Locked() {
  return (
    <main class="locked">
      <h1>waypost</h1>
      <p>
        Open the address that <code>waypost view</code> has printed: it holds the token for this
        page.
      </p>
    </main>
  );
}

render((await takeToken()) ? <App /> : <Locked />, document.body);
