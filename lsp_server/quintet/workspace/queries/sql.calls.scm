; SQL: functions that are called.

(invocation (object_reference name: (identifier) @call))
