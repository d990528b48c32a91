; C++ only: names of namespaces.

(namespace_identifier) @name
