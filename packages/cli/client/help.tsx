import { KEYS } from "./keys.ts";

export function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <div class="help" role="dialog" aria-label="Keys">
      <table>
        <tbody>
          {KEYS.map(([keys, what]) => (
            <tr>
              <th scope="row">
                <kbd>{keys}</kbd>
              </th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </div>
  );
}
