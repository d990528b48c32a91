; Swift: definitions, imports and comments. See python.definitions.scm and rust.definitions.scm for what the
; captures mean; an extension is a scope.

; A function_declaration; to say so costs a third of a second when the query is made.
(_
  name: (simple_identifier) @name
  body: (function_body) @body) @definition.function

(init_declaration
  "init" @name
  body: (function_body) @body) @definition.method

(class_declaration
  name: (type_identifier) @name
  body: (class_body) @body) @definition.class

(class_declaration
  name: (type_identifier) @name
  body: (enum_class_body) @body) @definition.enum

(class_declaration
  name: (user_type) @name
  body: (class_body) @body) @definition.scope

(protocol_declaration
  name: (type_identifier) @name
  body: (protocol_body) @body) @definition.interface

(protocol_function_declaration
  name: (simple_identifier) @name) @definition.signature

(protocol_property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)) @definition.signature

(typealias_declaration
  name: (type_identifier) @name) @definition.type

(source_file
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)) @definition.constant)

(class_body
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    computed_value: (_)? @body) @definition.field)

(enum_class_body
  (property_declaration
    name: (pattern bound_identifier: (simple_identifier) @name)
    computed_value: (_)? @body) @definition.field)

(import_declaration
  (identifier) @module) @import

[(comment) (multiline_comment)] @comment
