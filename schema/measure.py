"""How large a document is, by the limits that hold for every client."""

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

NESTING = 12
ALIASES = 30
ROOT_FIELDS = 20
DIRECTIVES = 20
FRAGMENTS = 20
SPREADS = 50
#: The standard introspection query nests deeper than any query of data has reason to.
INTROSPECTION_FIELDS = {"__schema", "__type", "__typename"}
#: One of them in an operation: each is a guess at a secret, a hash that takes a while, or a mail.
CREDENTIALS = {
    "changePassword",
    "deleteAccount",
    "logIn",
    "refreshSession",
    "requestPasswordReset",
    "resetPassword",
    "signUp",
}


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }


@dataclass(frozen=True, slots=True)
class RootField:
    name: str
    #: What it is called in the answer.
    key: str


def root_fields_of(document: DocumentNode, operation: OperationDefinitionNode) -> frozenset[RootField]:
    """The operation's root fields, fragments included, also where these are no tree. One that is repeated counts once."""
    fragments = fragments_of(document)
    found: set[RootField] = set()
    waiting = [operation.selection_set]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                found.add(RootField(node.name.value, (node.alias or node.name).value))
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            # Taken out, so that a cycle ends.
            elif isinstance(node, FragmentSpreadNode) and (fragment := fragments.pop(node.name.value, None)):
                waiting.append(fragment.selection_set)
    return frozenset(found)


@dataclass(slots=True)
class _Size:
    """Of one selection set, its fragments counted as often as they are spread."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0


class Measure:
    """Looks at each node once, however often its fragment is spread.

    It runs before validation, whose own rules a few hundred bytes of nested fragments can keep busy for minutes.
    """

    def __init__(self, document: DocumentNode) -> None:
        self._document = document
        self._fragments = fragments_of(document)
        self._sizes: dict[str, _Size] = {}
        self._spreads = 0
        self._directives = 0

    def excess(self) -> str | None:
        """What there is too much of, or None."""
        if len(self._fragments) > FRAGMENTS:
            return f"more than {FRAGMENTS} fragments"
        for name in self._fragments:
            self._size_of_fragment(name)
        for operation in self._document.definitions:
            if not isinstance(operation, OperationDefinitionNode):
                continue
            self._directives += len(operation.directives or ())
            for variable in operation.variable_definitions or ():
                self._directives += len(variable.directives or ())
            size = self._size(operation.selection_set)
            roots = root_fields_of(self._document, operation)
            introspection = all(field.name in INTROSPECTION_FIELDS for field in roots)
            if sum(field.name in CREDENTIALS for field in roots) > 1:
                return "more than one mutation that checks or changes how somebody signs in"
            if size.depth > NESTING and not introspection:
                return f"nested deeper than {NESTING}"
            if size.aliases > ALIASES:
                return f"more than {ALIASES} aliases"
            if size.fields > ROOT_FIELDS:
                return f"more than {ROOT_FIELDS} root fields"
        if self._spreads > SPREADS:
            return f"more than {SPREADS} fragment spreads"
        if self._directives > DIRECTIVES:
            return f"more than {DIRECTIVES} directives"
        return None

    def _size(self, selection_set: SelectionSetNode | None) -> _Size:
        total = _Size()
        for node in selection_set.selections if selection_set else ():
            self._directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                below = self._size(node.selection_set)
                aliases = below.aliases + (node.alias is not None)
                size = _Size(below.depth + 1, aliases, 1)
            elif isinstance(node, FragmentSpreadNode):
                self._spreads += 1
                size = self._size_of_fragment(node.name.value)
            else:
                assert isinstance(node, InlineFragmentNode)
                size = self._size(node.selection_set)
            total.depth = max(total.depth, size.depth)
            total.aliases += size.aliases
            total.fields += size.fields
        return total

    def _size_of_fragment(self, name: str) -> _Size:
        if name not in self._sizes:
            self._sizes[name] = _Size()  # what a cycle meets: validation says so in words
            fragment = self._fragments.get(name)
            if fragment is not None:
                self._directives += len(fragment.directives or ())
                self._sizes[name] = self._size(fragment.selection_set)
        return self._sizes[name]
