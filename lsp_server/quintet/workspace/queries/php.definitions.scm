; PHP: definitions, imports and comments. See python.definitions.scm and java.definitions.scm for what the
; captures mean. A namespace for the whole file is, like a package, no definition.

(function_definition
  name: (name) @name
  body: (compound_statement) @body) @definition.function

(method_declaration
  name: (name) @name
  body: (compound_statement)? @body) @definition.callable

[
  (class_declaration name: (name) @name body: (declaration_list) @body)
  (trait_declaration name: (name) @name body: (declaration_list) @body)
] @definition.class

(interface_declaration
  name: (name) @name
  body: (declaration_list) @body) @definition.interface

(enum_declaration
  name: (name) @name
  body: (enum_declaration_list) @body) @definition.enum

(namespace_definition
  name: (namespace_name) @name
  body: (compound_statement) @body) @definition.namespace

(const_declaration
  (const_element . (name) @name)) @definition.constant

((program
  (expression_statement
    (function_call_expression
      function: (name) @_define
      arguments: (arguments . (argument [(string) (encapsed_string)] @name))) @definition.constant))
  (#eq? @_define "define"))

(property_declaration
  (property_element name: (variable_name (name) @name))) @definition.field

((function_call_expression
  function: (name) @test
  arguments: (arguments
    . (argument [(string) (encapsed_string)] @title)
    . (argument
      [
        (anonymous_function body: (_) @body)
        (arrow_function body: (_) @body)
      ]))) @definition.function
  (#any-of? @test "it" "test" "describe"))

(namespace_use_declaration) @paths

[
  (require_expression [(string) (encapsed_string)] @module)
  (require_once_expression [(string) (encapsed_string)] @module)
  (include_expression [(string) (encapsed_string)] @module)
  (include_once_expression [(string) (encapsed_string)] @module)
] @import

; __DIR__ . "/near.php"
[
  (require_expression (binary_expression right: [(string) (encapsed_string)] @module))
  (require_once_expression (binary_expression right: [(string) (encapsed_string)] @module))
  (include_expression (binary_expression right: [(string) (encapsed_string)] @module))
  (include_once_expression (binary_expression right: [(string) (encapsed_string)] @module))
] @import.near

(comment) @comment
