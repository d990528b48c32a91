; Go: definitions, imports and comments. See python.definitions.scm for what the captures mean; @container is
; the type that a method's receiver names.

(function_declaration
  name: (identifier) @name
  body: (block)? @body) @definition.callable

(method_declaration
  receiver: (parameter_list
    (parameter_declaration
      type: [
        (type_identifier) @container
        (generic_type type: (type_identifier) @container)
        (pointer_type
          [
            (type_identifier) @container
            (generic_type type: (type_identifier) @container)
          ])
      ]))
  name: (field_identifier) @name
  body: (block)? @body) @definition.method

(type_spec
  name: (type_identifier) @name
  type: (struct_type (field_declaration_list) @body)) @definition.class

(type_spec
  name: (type_identifier) @name
  type: (interface_type "{" @body)) @definition.interface

[
  (type_spec name: (type_identifier) @name)
  (type_alias name: (type_identifier) @name)
] @definition.type

(interface_type
  (method_elem name: (field_identifier) @name) @definition.signature)

(source_file
  [
    (const_declaration (const_spec name: (identifier) @name) @definition.constant)
    (var_declaration
      [
        (var_spec name: (identifier) @name) @definition.constant
        (var_spec_list (var_spec name: (identifier) @name) @definition.constant)
      ])
  ])

(type_declaration . [(type_spec) (type_alias)] @inner .) @wrapper

(source_file (const_declaration . (const_spec) @inner .) @wrapper)

(source_file (var_declaration . (var_spec) @inner .) @wrapper)

(import_spec
  path: [(interpreted_string_literal) (raw_string_literal)] @module) @import

(comment) @comment
