; Rust: definitions, imports and comments. See python.definitions.scm for what the captures mean.
;
; @definition.scope is no definition: what stands in an `impl X` is named after X. An @attribute belongs to the
; definition below it. @paths is an import read as text, for its braces nest; @import.self takes from the
; module that the file is.

(function_item
  name: (identifier) @name
  body: (block) @body) @definition.function

(function_signature_item
  name: (identifier) @name) @definition.signature

(struct_item
  name: (type_identifier) @name
  body: (field_declaration_list)? @body) @definition.class

(union_item
  name: (type_identifier) @name
  body: (field_declaration_list) @body) @definition.class

(enum_item
  name: (type_identifier) @name
  body: (enum_variant_list) @body) @definition.enum

(trait_item
  name: (type_identifier) @name
  body: (declaration_list) @body) @definition.interface

(mod_item
  name: (identifier) @name
  body: (declaration_list) @body) @definition.namespace

(impl_item
  type: [
    (type_identifier) @name
    (generic_type type: (type_identifier) @name)
    (scoped_type_identifier name: (type_identifier) @name)
    (generic_type type: (scoped_type_identifier name: (type_identifier) @name))
    (reference_type type: (type_identifier) @name)
  ]
  body: (declaration_list) @body) @definition.scope

(macro_definition
  name: (identifier) @name) @definition.function

[
  (const_item name: (identifier) @name)
  (static_item name: (identifier) @name)
] @definition.constant

(type_item
  name: (type_identifier) @name) @definition.type

(attribute_item) @attribute

(use_declaration) @paths

(extern_crate_declaration
  name: (identifier) @module) @import

(mod_item
  name: (identifier) @imported
  !body) @import.self

[(line_comment) (block_comment)] @comment
