; C, and what C++ shares with it: definitions, includes and comments. See python.definitions.scm for what the
; captures mean.

(function_definition
  declarator: [
    (function_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator declarator: (identifier) @name)))
  ]
  body: (compound_statement) @body) @definition.function

(declaration
  declarator: [
    (function_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator declarator: (identifier) @name)))
  ]) @definition.signature

[
  (struct_specifier
    name: (type_identifier) @name
    body: (field_declaration_list) @body)
  (union_specifier
    name: (type_identifier) @name
    body: (field_declaration_list) @body)
  (type_definition
    type: [
      (struct_specifier !name body: (field_declaration_list) @body)
      (union_specifier !name body: (field_declaration_list) @body)
    ]
    declarator: (type_identifier) @name)
] @definition.class

[
  (enum_specifier
    name: (type_identifier) @name
    body: (enumerator_list) @body)
  (type_definition
    type: (enum_specifier !name body: (enumerator_list) @body)
    declarator: (type_identifier) @name)
] @definition.enum

(type_definition
  declarator: (type_identifier) @name) @definition.type

(type_definition
  declarator: (function_declarator
    declarator: (parenthesized_declarator
      (pointer_declarator declarator: (type_identifier) @name)))) @definition.type

(preproc_def
  name: (identifier) @name
  value: (_)) @definition.constant

(preproc_function_def
  name: (identifier) @name
  value: (_)? @body) @definition.function

(translation_unit
  (declaration
    declarator: (init_declarator
      declarator: [
        (identifier) @name
        (_ declarator: (identifier) @name)
        (_ declarator: (_ declarator: (identifier) @name))
      ])) @definition.constant)

(preproc_ifdef
  (declaration
    declarator: (init_declarator
      declarator: [
        (identifier) @name
        (_ declarator: (identifier) @name)
        (_ declarator: (_ declarator: (identifier) @name))
      ])) @definition.constant)

; TEST(Suite, Name) { … } looks like a function without a type, whose parameters have no names.
((function_definition
  !type
  declarator: (function_declarator
    declarator: (identifier) @test
    parameters: (parameter_list
      . (parameter_declaration type: (type_identifier) @container !declarator)
      . (parameter_declaration type: (type_identifier) @name !declarator) .))
  body: (compound_statement) @body) @definition.function
  (#match? @test "^(TYPED_)?TEST(_F|_P)?$"))

; In C it looks like a call, and a block after it.
((expression_statement
  (call_expression
    function: (identifier) @test
    arguments: (argument_list . (identifier) @container . (identifier) @name .))) @definition.function
  . (compound_statement) @body
  (#match? @test "^(TYPED_)?TEST(_F|_P)?$"))

; TEST_CASE("title") { … } looks like a call, and a block after it.
((expression_statement
  (call_expression
    function: (identifier) @test
    arguments: (argument_list . (string_literal) @title))) @definition.function
  . (compound_statement) @body
  (#any-of? @test "TEST_CASE" "SCENARIO" "SECTION" "SUBCASE" "GIVEN" "WHEN" "THEN"))

(preproc_include
  path: [(string_literal) (system_lib_string)] @module) @import

(comment) @comment
