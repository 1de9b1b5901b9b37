"""The numbers of a list of raw events, by the rules of doc/semantics.md: slow and obvious.

It knows nothing of how the collector works. Activations are objects, the stack is a list,
the tree is a dictionary. One thread; nothing is folded.
"""
import asyncio
import os

LOOP = os.path.dirname(asyncio.__file__) + os.sep
METHODS = {"yield": "yield_", "return": "return_", "throw first": "start"}
COUNTS = "calls", "raised", "unfinished", "suspensions", "run", "await", "hosted"


class Node:
    def __init__(self, parent, function, edge, origin=None):
        self.parent, self.function, self.edge, self.origin = parent, function, edge, origin
        self.children = {}
        self.numbers = dict.fromkeys(COUNTS, 0)

    def child(self, function, edge, origin=None):
        key = function, edge, origin
        if key not in self.children:
            self.children[key] = Node(self, *key)
        return self.children[key]

    def add(self, name, value=1):
        assert value >= 0
        self.numbers[name] += value

    def up(self):
        """Towards who is to blame: a task's root was made by its creator."""
        return self.origin if self.edge == "spawn" else self.parent


class Activation:
    def __init__(self, function, is_coroutine):
        self.function = function
        self.is_coroutine = is_coroutine  # by its kind or by its flags
        self.born = self.node = None      # where it started, where it stands now
        self.is_root = False              # of a task
        self.awaiter = None               # which delegates to it
        self.suspended = False
        self.gave = False                 # at its last suspension, a value of its own
        self.suspended_at = None          # tick of its last suspension
        self.can_wait = False             # suspended, is the leaf of a chain that will wait
        self.waits_since = None           # tick, when it is the leaf of a chain that waits


class Segment:
    """A stretch on the stack: of an activation, a plain call, or a C function."""

    def __init__(self, node, frame=None, activation=None, since=None, host=None):
        self.node, self.frame, self.activation = node, frame, activation
        self.since, self.host = since, host
        self.delegated = False  # entered by what stands at SEND on it


class Model:
    def __init__(self, with_c):
        self.with_c = with_c
        self.root = Node(None, None, None)
        self.stack = [Segment(self.root)]
        self.activations = {}  # by frame
        self.creators = {}     # of tasks, by their coroutine's frame
        self.spawns = {}       # (root, creator): how many
        self.tick = None
        self.last = None       # (event, frame, value, tick taken, activation, its awaiter)

    # Time.

    def advance(self, tick):
        """All time until now was run by who is on top."""
        if self.tick is not None:
            self.stack[-1].node.add("run", tick - self.tick)
        self.tick = tick

    # The stack.

    def push(self, segment):
        self.stack.append(segment)

    def pop(self):
        segment = self.stack.pop()
        if segment.host:
            segment.host.add("hosted", self.tick - segment.since)
        return segment

    def pop_c(self):
        while self.stack[-1].frame is None and len(self.stack) > 1:
            self.pop()

    # Placement.

    def edge_here(self, below, delegating):
        """(edge, awaiter) of what the frame below starts or resumes."""
        top = self.stack[-1]
        if not delegating or top.frame != below or top.activation is None:
            return "call", None
        awaits = (top.activation.is_coroutine or
                  top.activation.function[3] == "async_generator" or
                  top.node.edge == "await")
        return "await" if awaits else "call", top.activation

    def creator_of(self, node):
        while node is not None and node.function is not None:
            file = node.function[0]
            if file and not file.startswith(LOOP):
                return node
            node = node.up()
        return None

    def task_node(self, function, creator):
        node = creator
        while node is not None:
            if node.edge == "spawn" and node.function == function:
                return node
            node = node.up()
        return self.root.child(function, "spawn", creator)

    def enter(self, frame, activation, below, delegating):
        """Its segment begins: under whoever resumes it now, but for a task's root."""
        top = self.stack[-1].node
        if activation.is_root:
            self.push(Segment(activation.node, frame, activation, self.tick, top))
            return
        edge, activation.awaiter = self.edge_here(below, delegating)
        activation.node = top.child(activation.function, edge)
        self.push(Segment(activation.node, frame, activation, self.tick))
        self.stack[-1].delegated = activation.awaiter is not None

    def enter_flat(self, frame, activation):
        """What suspended chains delegate to is reached first: the edges stay as awaited."""
        chain = [activation]
        while chain[-1].awaiter is not None and chain[-1].awaiter.suspended:
            chain.append(chain[-1].awaiter)
        top = self.stack[-1].node
        if chain[-1].is_root:
            self.push(Segment(activation.node, frame, activation, self.tick, top))
            return
        for member in reversed(chain):
            edge = member.node.edge if member is not chain[-1] else "call"
            member.node = top = top.child(member.function, edge)
        self.push(Segment(activation.node, frame, activation, self.tick))

    # Events.

    def take(self, event):
        tick, name = event[:2]
        if name.startswith("c "):
            if self.with_c:
                self.advance(tick)
                getattr(self, name.replace(" ", "_"))(event[2])
            self.last = None
        elif name == "task":
            self.activations.pop(event[2], None)  # its place is used again
            self.creators[event[2]] = self.creator_of(self.stack[-1].node)
        elif event[3][3] == "function":
            self.advance(tick)
            self.plain(name, event[2], event[3])
            self.last = None
        else:
            self.suspendable(tick, name, *event[2:])

    def c_call(self, function):
        node = self.stack[-1].node.child(function, "call")
        node.add("calls")
        self.push(Segment(node))

    def c_return(self, function):
        if self.stack[-1].node.function == function:
            self.pop()

    def c_raise(self, function):
        if self.stack[-1].node.function == function:
            self.stack[-1].node.add("raised")
            self.pop()

    def plain(self, name, frame, function):
        if name == "start":
            node = self.stack[-1].node.child(function, "call")
            node.add("calls")
            self.push(Segment(node, frame))
        elif name in ("return", "unwind") and any(s.frame == frame for s in self.stack):
            self.pop_c()
            assert self.stack[-1].frame == frame
            if name == "unwind":
                self.stack[-1].node.add("raised")
            self.pop()

    def suspendable(self, tick, name, frame, function, below, delegating, is_root,
                    is_iterable, value, wrapped):
        known = self.activations.get(frame)
        if self.is_same_instant(name, frame, known, below, delegating, value):
            tick = self.last[3]
        awaiter = known and known.awaiter
        self.advance(tick)
        getattr(self, METHODS.get(name, name))(
            frame, function, below, delegating, is_root, is_iterable, wrapped)
        act = known or self.activations.get(frame)
        self.last = (name, frame, value, tick, act, awaiter)

    def is_same_instant(self, name, frame, known, below, delegating, value):
        """A chain suspends and resumes at one instant."""
        if self.last is None or known is None:
            return False
        last, last_frame, last_value, _, act, awaiter = self.last
        if name == "yield":
            return (last == "yield" and act.awaiter is known and last_value == value and
                    act.suspended and act.came_delegated)
        if name == "resume":
            return (last == "resume" and delegating and last_frame == below and
                    known.awaiter is act)
        if name == "throw":
            return (last in ("return", "unwind") or last == "yield" and act.gave) and \
                awaiter is known and known.suspended
        return False

    def start(self, frame, function, below, delegating, is_root, is_iterable, wrapped):
        act = Activation(function, is_iterable or function[3] == "coroutine")
        self.activations[frame] = act
        if is_root:
            act.is_root = True
            creator = self.creators.pop(frame, None)
            act.node = self.task_node(function, creator)
            key = act.node, creator
            self.spawns[key] = self.spawns.get(key, 0) + 1
        self.enter(frame, act, below, delegating)
        act.born = act.node
        act.born.add("calls")

    def resume(self, frame, function, below, delegating, is_root, is_iterable, wrapped,
               thrown=False):
        act = self.activations.get(frame)
        if act is None:
            return
        self.end_wait(act)
        act.can_wait = False
        self.stop_waiting(act)
        if thrown and act.awaiter is not None and act.awaiter.suspended:
            self.enter_flat(frame, act)
        else:
            self.enter(frame, act, below, delegating)
        act.suspended = False

    def throw(self, frame, function, below, delegating, is_root, is_iterable, wrapped):
        if frame in self.activations:
            self.let_go(self.activations[frame])
        self.resume(frame, function, below, delegating, is_root, is_iterable, wrapped, True)

    def let_go(self, act):
        """Some Pythons do not tell that a leaf was closed, only what its awaiter then gets."""
        for inner in self.activations.values():
            if inner.awaiter is act and inner.suspended:
                self.end_wait(inner)
                inner.awaiter = None
                self.let_go(inner)

    def inner(self, act):
        """What it delegates to that is suspended, if anything."""
        found = [a for a in self.activations.values() if a.awaiter is act and a.suspended]
        return max(found, key=lambda a: a.suspended_at, default=None)

    def begin_waiting(self, act):
        """A chain waits from when its outermost part is suspended."""
        if act.awaiter is not None and not act.awaiter.suspended:
            return
        leaf = act
        while self.inner(leaf):
            leaf = self.inner(leaf)
        if leaf.can_wait and leaf.waits_since is None:
            leaf.waits_since, leaf.waited_at = self.tick, leaf.node

    def stop_waiting(self, act):
        """Until that goes on, with the others or without them."""
        inner = self.inner(act)
        if inner:
            self.end_wait(inner)
            self.stop_waiting(inner)

    def part(self, act, since):
        """Nobody delegates any more to what was suspended before that and not resumed."""
        for inner in self.activations.values():
            if inner.awaiter is act and inner.suspended and inner.suspended_at < since:
                inner.awaiter = None

    def end_wait(self, act):
        if act.waits_since is not None:
            act.waited_at.add("await", self.tick - act.waits_since)
            act.waits_since = None

    def leave(self, frame):
        act = self.activations.get(frame)
        if act is None or not any(s.frame == frame for s in self.stack):
            return None
        self.pop_c()
        assert self.stack[-1].frame == frame
        segment = self.pop()
        act.came_delegated = segment.delegated
        self.part(act, segment.since)
        return act

    def yield_(self, frame, function, below, delegating, is_root, is_iterable, wrapped):
        act = self.leave(frame)
        if act is None:
            return
        act.suspended, act.suspended_at = True, self.tick
        act.born.add("suspensions")
        waits = act.is_coroutine or not wrapped and (
            function[3] == "async_generator" or act.node.edge == "await")
        act.gave = wrapped
        if wrapped:
            act.awaiter = None  # it gave a value: nobody delegates to it until the next step
        act.can_wait = waits and not self.inner(act)
        self.begin_waiting(act)

    def return_(self, frame, *event):
        act = self.leave(frame)
        if act:
            self.part(act, self.tick + 1)
        self.activations.pop(frame, None)

    def unwind(self, frame, *event):
        act = self.leave(frame)
        if act:
            act.born.add("raised")
            self.part(act, self.tick + 1)
        self.activations.pop(frame, None)

    # How a program's end is told.

    def end(self, tick):
        self.advance(tick)
        for act in self.activations.values():
            act.born.add("unfinished")
            self.end_wait(act)


def compute(events, with_c, end):
    """A Model that has taken all events, `end` being the last tick."""
    model = Model(with_c)
    for event in events:
        model.take(event)
    model.end(end)
    return model
