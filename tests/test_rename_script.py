"""A rename in JavaScript and TypeScript: blocks, functions and classes, modules and types."""

from textwrap import dedent

import pytest

from renames import refusal, renamed
from support import Lay

SCRIPT = {
    "let in its block": """
        let x = 1;
        { let $0x→ = 2; x→++; { x→; } for (const x of y) { x; } }
        x;
        """,
    "var in its function": """
        function f() { if (1) { var $0x→ = 1; } return () => x→; }
        x;
        """,
    "parameters, defaults, and what they hide": """
        const y = 1;
        const f = ($0x→, y = x→, {a: x2, ...r} = {}) => { const g = x => x; return x→ + y; };
        """,
    "one without brackets": "const f = $0x→ => x→ * 2; const x = 1;\n",
    "a shorthand keeps its property": """
        const $0a→ = 1; const o = {a, b: a→, [a→]: a→, a() {}}; o.a;
        """,
    "closures, catch, switch, classes": """
        try { } catch ($0e→) { log(e→, () => e→); }
        switch (1) { case 2: let e; e; }
        class A { e() { return this.e; } }
        """,
    "the name of a function expression": """
        const g = function $0h→(n) { return n ? h→(n - 1) : 0; };
        h;
        """,
    "functions and classes": """
        $0f→(); function f→() { return new f→(); }
        class A { m() { return f→; } }
        """,
    "no words": "const $0x→ = `x ${x→} x`; // x\n'x';\n",
    "loops": "for (let $0i→ = 0; i→ < 3; i→++) { i→; } for (var i in o) i;\n",
    "labels are others": "let $0x→ = 1; x: for (;;) { x→; break x; }\n",
    "assigning patterns": "let $0a→, b; [a→, b] = [b, a→]; ({b: a→} = o);\n",
    "private members": """
        class A { $0#x→; m(b) { return this.#x→ + b.#x→ + (#x→ in b); } }
        class B extends A { #x; m() { return this.#x; } }
        """,
    "members": """
        class A { $0m→() { return this.m→; } static s() { return this.m; } }
        class B extends A { m→() { return super.m→() + (() => this.m→)(); } }
        class C { m() {} }
        new A().m→(); const b = new B(); b.m→; new C().m();
        """,
}


@pytest.mark.parametrize("text", SCRIPT.values(), ids=SCRIPT.keys())
@pytest.mark.parametrize("language", ["js", "ts", "tsx"])
def test_scopes_of_javascript(lay: Lay, text: str, language: str) -> None:
    after = {
        "const o = {a, ": "const o = {a: neu, ",
    }
    plain = dedent(text).replace("→", "")
    pointed = text[text.index("$0") + 2 : text.index("→", text.index("$0"))]
    new = "#neu" if pointed.startswith("#") else "neu"
    changed = renamed(lay, {f"a.{language}": plain}, new)[f"a.{language}"]
    expected = dedent(text).replace("$0", "")
    expected = expected.replace(f"{pointed}→", new)
    for one, other in after.items():
        expected = expected.replace(one, other)
    assert changed == expected


# --- files


def test_exports_and_imports(lay: Lay) -> None:
    files = {
        "m.ts": "export function $0area(x: number) { return area(x); }\nconst b = 1;\nexport { b as vol };\n",
        "index.ts": "export { area, vol } from './m';\nexport * from './m';\n",
        "star.ts": "export * from './m';\n",
        "a.ts": "import { area } from '.';\nimport { area as a } from './star';\n[area(1), a, { area }, x.area];\n",
        "b.js": "import * as m from './m';\nconst { area, vol } = require('./m');\nm.area(area);\n",
        "c.ts": "import { area } from 'elsewhere';\narea;\n",
        "d.tsx": "import { area as A } from './m';\nconst area = <A area={1} />;\n",
        "e.ts": "export { area as size } from './m';\nimport area from './m';\narea();\n",
    }
    assert renamed(lay, files, "space") == {
        "m.ts": files["m.ts"].replace("$0", "").replace("area", "space"),
        "index.ts": files["index.ts"].replace("area", "space"),
        "a.ts": "import { space } from '.';\nimport { space as a } from './star';\n"
        "[space(1), a, { area: space }, x.area];\n",
        "b.js": files["b.js"].replace("area", "space"),
        "d.tsx": "import { space as A } from './m';\nconst area = <A area={1} />;\n",
        "e.ts": "export { space as size } from './m';\nimport area from './m';\narea();\n",
    }


def test_exports_of_node(lay: Lay) -> None:
    files = {
        "m.js": "function $0area() {}\nconst b = 1;\nmodule.exports = { area, c: b };\n",
        "n.js": "exports.area = function () {};\n",
        "a.js": "const m = require('./m');\nm.area(); require('./n').area();\nconst { area: z } = require('./m');\n",
        "b.js": "const { area } = require('out');\narea();\n",
    }
    assert renamed(lay, files, "space") == {
        "m.js": "function space() {}\nconst b = 1;\nmodule.exports = { space, c: b };\n",
        "a.js": "const m = require('./m');\nm.space(); require('./n').area();\nconst { space: z } = require('./m');\n",
    }


def test_a_name_from_outside_gets_another_here(lay: Lay) -> None:
    files = {"a.js": "const { $0join } = require('path');\njoin(1);\n"}
    assert renamed(lay, files, "put")["a.js"] == "const { join: put } = require('path');\nput(1);\n"


def test_fields_of_types(lay: Lay) -> None:
    files = {
        "t.ts": "export interface Point { $0x: number; m(): void }\nexport type Other = { x: number };\n",
        "a.ts": "import { Point, Other } from './t';\nconst p: Point = { x: 1, m() {} };\n"
        "function f({ x }: Point, q: Point, o: Other) { return x + q.x + o.x; }\nclass P implements Point { x = 1; m() {} }\n",
    }
    assert renamed(lay, files, "left") == {
        "t.ts": "export interface Point { left: number; m(): void }\nexport type Other = { x: number };\n",
        "a.ts": "import { Point, Other } from './t';\nconst p: Point = { left: 1, m() {} };\n"
        "function f({ left: x }: Point, q: Point, o: Other) { return x + q.left + o.x; }\n"
        "class P implements Point { left = 1; m() {} }\n",
    }


def test_a_parameter_that_is_a_field_as_well(lay: Lay) -> None:
    files = {
        "a.ts": "class A { constructor(private readonly $0x: number) { x; } m(b: A) { return this.x + b.x; } }\n"
    }
    assert renamed(lay, files, "y")["a.ts"] == files["a.ts"].replace("$0x", "y").replace("x;", "y;").replace(
        ".x", ".y"
    )


def test_namespaces_of_types(lay: Lay) -> None:
    files = {
        "t.ts": "export class $0Box<T> {}\nexport enum Kind { A, B = 1 }\n",
        "a.ts": "import * as t from './t';\nlet b: t.Box<number>;\nclass C extends t.Box<string> {}\nnew t.Box();\n",
    }
    assert renamed(lay, files, "Crate") == {
        path: text.replace("$0", "").replace("Box", "Crate") for path, text in files.items()
    }


def test_members_of_enums(lay: Lay) -> None:
    files = {
        "e.ts": "export enum E { $0Red = 1, Green = Red << 1, All = Red | E.Red }\nconst Red = 2;\n",
        "a.ts": "import { E } from './e';\nconst r = (e: E.Red) => e === E.Red;\nconst { Red } = E;\nRed;\n",
    }
    assert renamed(lay, files, "Blue") == {
        "e.ts": "export enum E { Blue = 1, Green = Blue << 1, All = Blue | E.Blue }\nconst Red = 2;\n",
        "a.ts": "import { E } from './e';\nconst r = (e: E.Blue) => e === E.Blue;\nconst { Blue: Red } = E;\nRed;\n",
    }


def test_what_a_namespace_gives(lay: Lay) -> None:
    files = {
        "n.ts": "export namespace N { export class $0Box {}; const b = new Box(); { class Box {} } }\n"
        "declare namespace M { class Box {} }\n",
        "a.ts": "import { N } from './n';\nlet b: N.Box = new N.Box();\nclass Box {}\n",
    }
    assert renamed(lay, files, "Crate") == {
        "n.ts": "export namespace N { export class Crate {}; const b = new Crate(); { class Box {} } }\n"
        "declare namespace M { class Box {} }\n",
        "a.ts": "import { N } from './n';\nlet b: N.Crate = new N.Crate();\nclass Box {}\n",
    }


def test_markup(lay: Lay) -> None:
    files = {"a.tsx": "const $0div = 1;\nconst e = <div a={div}>{div} div</div>;\n"}
    assert renamed(lay, files, "n")["a.tsx"] == "const n = 1;\nconst e = <div a={n}>{n} div</div>;\n"
    files = {"a.tsx": "const $0Row = () => 1;\nconst e = <Row>{1}</Row>;\n"}
    assert renamed(lay, files, "Col")["a.tsx"] == "const Col = () => 1;\nconst e = <Col>{1}</Col>;\n"
    assert refusal(lay, files, "col") == "`col` would not be the name of a variable at a.tsx:2."


def test_what_a_module_passes_on_it_does_not_know_itself(lay: Lay) -> None:
    files = {"m.ts": "export const $0top = 1;\n", "n.ts": "export * from './m';\ntop.close();\n"}
    assert renamed(lay, files, "first") == {"m.ts": "export const first = 1;\n"}


def test_a_module_exports_a_name_once(lay: Lay) -> None:
    files = {"m.js": "export function $0f() {}\nfunction g() {}\nexport { g as h };\n"}
    assert refusal(lay, files, "h") == "`h` is exported already: m.js:3."
