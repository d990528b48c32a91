; What JavaScript and TypeScript share: definitions, imports and comments. See python.definitions.scm for
; what the captures mean.

(function_declaration
  name: (identifier) @name
  body: (statement_block) @body) @definition.function

(generator_function_declaration
  name: (identifier) @name
  body: (statement_block) @body) @definition.function

(function_expression
  name: (identifier) @name
  body: (statement_block) @body) @definition.function

(method_definition
  name: [(property_identifier) (private_property_identifier) (string) (number)] @name
  body: (statement_block) @body) @definition.method

(variable_declarator
  name: (identifier) @name
  value: [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
    (generator_function body: (_) @body)
  ]) @definition.function

(variable_declarator
  name: (identifier) @name
  value: (class body: (class_body) @body)) @definition.class

(assignment_expression
  left: [
    (identifier) @name
    (member_expression property: (property_identifier) @name)
  ]
  right: [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
    (generator_function body: (_) @body)
  ]) @definition.function

(assignment_expression
  left: [
    (identifier) @name
    (member_expression property: (property_identifier) @name)
  ]
  right: (class body: (class_body) @body)) @definition.class

(pair
  key: [(property_identifier) (string)] @name
  value: [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
    (generator_function body: (_) @body)
  ]) @definition.method

(program
  [
    (lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant)
    (variable_declaration (variable_declarator name: (identifier) @name) @definition.constant)
    (export_statement
      (lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant))
  ])

; it("title", () => { … }), it.only("title", …), it.each([…])("title", …)
((call_expression
  function: [
    (identifier) @test
    (member_expression object: (identifier) @test)
    (call_expression function: (member_expression object: (identifier) @test))
  ]
  arguments: (arguments
    . [(string) (template_string)] @title
    [
      (arrow_function body: (_) @body)
      (function_expression body: (_) @body)
    ])) @definition.function
  (#any-of? @test
    "it" "test" "describe" "context" "suite" "specify" "bench" "QUnit" "fit" "xit" "fdescribe" "xdescribe"))

(export_statement
  [declaration: (_) value: (_)] @inner) @wrapper

(lexical_declaration . (variable_declarator) @inner .) @wrapper

(variable_declaration . (variable_declarator) @inner .) @wrapper

(expression_statement . (assignment_expression) @inner .) @wrapper

(import_statement
  source: (string) @module) @import

(import_statement
  (import_clause (identifier) @imported)
  source: (string) @module) @import

(import_statement
  (import_clause (namespace_import (identifier) @imported))
  source: (string) @module) @import

(import_statement
  (import_clause (named_imports (import_specifier name: (_) @imported)))
  source: (string) @module) @import

(export_statement
  source: (string) @module) @import

(export_statement
  (export_clause (export_specifier name: (_) @imported))
  source: (string) @module) @import

(call_expression
  function: [(identifier) (import)] @_callee
  arguments: (arguments . (string) @module)
  (#match? @_callee "^(require|import)$")) @import

(comment) @comment
