"""A directed graph with the part of the interface of ``networkx.DiGraph`` that the plan uses."""

from __future__ import annotations

import itertools


class Nodes(dict):
    """Data by node; called, a list of the nodes, with ``data=True`` of pairs."""

    def __call__(self, data=False):
        return list(self.items()) if data else list(self)

    def data(self):
        return list(self.items())


class Edges(dict):
    """Data by ``(source, target)``; called, a list of the edges, with ``data=True`` of triples."""

    def __call__(self, data=False):
        return [(source, target, inner) for (source, target), inner in self.items()] if data else list(self)

    def data(self):
        return self(data=True)


class Graph:
    """Nodes and edges with data, both in the order in which they were added."""

    def __init__(self):
        self.nodes, self.edges = Nodes(), Edges()
        self._after, self._before = {}, {}

    def add_node(self, node, data=None, **attributes):
        """Adds a node, or to its data; these may be given as a dict, as the plan does."""
        self.nodes.setdefault(node, {}).update(data or {}, **attributes)

    def add_edge(self, source, target, **attributes):
        self.add_node(source)
        self.add_node(target)
        if (source, target) not in self.edges:
            self._after.setdefault(source, []).append(target)
            self._before.setdefault(target, []).append(source)
        self.edges.setdefault((source, target), {}).update(attributes)

    def has_node(self, node):
        return node in self.nodes

    def has_edge(self, source, target):
        return (source, target) in self.edges

    def successors(self, node):
        return iter(self._after.get(node, ()))

    def predecessors(self, node):
        return iter(self._before.get(node, ()))

    def number_of_nodes(self):
        return len(self.nodes)

    def number_of_edges(self):
        return len(self.edges)

    def clear(self):
        for part in (self.nodes, self.edges, self._after, self._before):
            part.clear()

    def __contains__(self, node):
        return node in self.nodes

    def __iter__(self):
        return iter(self.nodes)

    def __len__(self):
        return len(self.nodes)

    def back_edges(self):
        """Returns the edges that close a cycle, seen from the nodes in their order."""
        found, state = set(), {}
        for root in self.nodes:
            stack = [(root, iter(self._after.get(root, ())))] if root not in state else []
            state.setdefault(root, "open")
            while stack:
                node, targets = stack[-1]
                for target in targets:
                    if state.get(target) == "open":
                        found.add((node, target))
                    elif target not in state:
                        state[target] = "open"
                        stack.append((target, iter(self._after.get(target, ()))))
                        break
                else:
                    state[node] = "done"
                    stack.pop()
        return found


def members(graph, name, most):
    """Returns the nodes or edges of a foreign graph, which may be a list, a view or a method."""
    found = getattr(graph, name, None)
    if callable(found) and not hasattr(found, "__iter__"):
        found = found()
    return list(itertools.islice(found if found is not None else (), most))
