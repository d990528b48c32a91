; Scala: definitions, imports and comments. See python.definitions.scm and java.definitions.scm for what the
; captures mean.

(function_definition
  name: [(identifier) (operator_identifier)] @name
  body: (_) @body) @definition.function

(function_declaration
  name: [(identifier) (operator_identifier)] @name) @definition.signature

[
  (class_definition name: (identifier) @name body: (template_body)? @body)
  (object_definition name: (identifier) @name body: (template_body)? @body)
] @definition.class

(trait_definition
  name: (identifier) @name
  body: (template_body)? @body) @definition.interface

(enum_definition
  name: (identifier) @name
  body: (enum_body) @body) @definition.enum

(package_object
  name: (identifier) @name
  body: (template_body) @body) @definition.namespace

(type_definition
  name: (type_identifier) @name) @definition.type

(compilation_unit
  [
    (val_definition pattern: (identifier) @name)
    (var_definition pattern: (identifier) @name)
    (given_definition name: (identifier) @name)
  ] @definition.constant)

(template_body
  [
    (val_definition pattern: (identifier) @name)
    (var_definition pattern: (identifier) @name)
    (val_declaration name: (identifier) @name)
    (given_definition name: (identifier) @name)
  ] @definition.field)

; test("title") { … }
((call_expression
  function: (call_expression
    function: (identifier) @test
    arguments: (arguments . (string) @title))
  arguments: (block) @body) @definition.function
  (#any-of? @test "test" "it" "describe" "property" "feature" "scenario" "ignore"))

; "A counter" should "count" in { … }
((infix_expression
  left: [
    (string) @title
    (infix_expression right: (string) @title)
  ]
  operator: (identifier) @test
  right: (block) @body) @definition.function
  (#any-of? @test "in" "should" "must" "can" "when" "which"))

(import_declaration) @paths

[(comment) (block_comment)] @comment
