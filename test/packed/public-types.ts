import ts from "typescript";
import type { Project } from "./project.ts";

const isOurs = (file: ts.SourceFile): boolean => file.fileName.includes("/node_modules/@waypost/");

/** What an application can name of a package's types, and what it can't. */
export interface PublicTypes {
  /** Types of Waypost in what is exported that can't be imported from the package. */
  readonly hidden: readonly string[];
  /** Where something exported is `any`. */
  readonly any: readonly string[];
}

/** Looks at the types of a package as it is installed in a project. */
export function publicTypes(project: Project, name: string): PublicTypes {
  const program = ts.createProgram([`${project.folder}/node_modules/${name}/dist/index.d.ts`], {
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
  });
  const checker = program.getTypeChecker();
  const [root] = program.getRootFileNames();
  const module = checker.getSymbolAtLocation(program.getSourceFile(root as string) as ts.Node);
  const resolved = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const exported = new Set(checker.getExportsOfModule(module as ts.Symbol).map(resolved));
  const hidden = new Set<string>();
  const any = new Set<string>();

  const look = (node: ts.Node, of: string): void => {
    if (hasModifier(node, ts.SyntaxKind.PrivateKeyword) || isForAdapters(node)) return;
    if (node.kind === ts.SyntaxKind.AnyKeyword) any.add(of);
    const named = referenced(node, checker);
    if (named !== undefined) {
      const symbol = resolved(named);
      if (symbol.declarations?.some(isDeclaredHere) && !exported.has(symbol)) {
        hidden.add(`${symbol.name}, in ${of}`);
      }
    }
    ts.forEachChild(node, (child) => look(child, of));
  };
  for (const symbol of exported) {
    for (const declaration of symbol.declarations ?? []) {
      if (isOurs(declaration.getSourceFile())) look(declaration, symbol.name);
    }
  }
  return { hidden: [...hidden], any: [...any] };
}

/** The symbol that a type names. */
function referenced(node: ts.Node, checker: ts.TypeChecker): ts.Symbol | undefined {
  if (ts.isTypeReferenceNode(node)) return checker.getSymbolAtLocation(node.typeName);
  if (ts.isExpressionWithTypeArguments(node)) return checker.getSymbolAtLocation(node.expression);
  return undefined;
}

const isDeclaredHere = (declaration: ts.Declaration): boolean =>
  isOurs(declaration.getSourceFile()) && !ts.isTypeParameterDeclaration(declaration);

/** Only subclasses call the constructor of an abstract class, and they are adapters. */
const isForAdapters = (node: ts.Node): boolean =>
  ts.isConstructorDeclaration(node) && hasModifier(node.parent, ts.SyntaxKind.AbstractKeyword);

const hasModifier = (node: ts.Node, modifier: ts.SyntaxKind): boolean =>
  ts.canHaveModifiers(node) &&
  ts.getModifiers(node)?.some(({ kind }) => kind === modifier) === true;
