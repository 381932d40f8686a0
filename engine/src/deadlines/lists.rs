//! Many doubly linked rings in one array: a node is in at most one ring, eight bytes a node, nothing allocated per
//! operation. Knows nothing of time. The first `heads` numbers are the rings' own heads; a node that is alone between
//! its head's two ends shows, when it leaves, which ring it left empty, so no caller has to remember where a node is.

/// No neighbour: the node is in no ring. Number zero is never a head nor a node.
const NOWHERE: u32 = 0;
/// Links are allocated this many at a time.
const CHUNK_BITS: u32 = 12;
const CHUNK: u32 = 1 << CHUNK_BITS;

#[derive(Clone, Copy)]
struct Link {
    previous: u32,
    next: u32,
}

const _: () = assert!(size_of::<Link>() == 8);

/// Rings over the numbers from 1; those below `heads` are heads, the others nodes.
pub(super) struct Lists {
    chunks: Vec<Box<[Link]>>,
    heads: u32,
}

impl Lists {
    /// Empty rings with the heads `1..heads`.
    pub(super) fn with_heads(heads: u32) -> Self {
        let mut lists = Self { chunks: Vec::new(), heads };
        lists.reach(heads);
        for head in 1..heads {
            *lists.at(head) = Link { previous: head, next: head };
        }
        lists
    }

    /// Makes room for `node`.
    pub(super) fn reach(&mut self, node: u32) {
        while self.chunks.len() <= (node >> CHUNK_BITS) as usize {
            self.chunks.push(vec![Link { previous: NOWHERE, next: NOWHERE }; CHUNK as usize].into());
        }
    }

    /// Puts a node that is in no ring at the end of a ring.
    pub(super) fn push_back(&mut self, head: u32, node: u32) {
        debug_assert!(head < self.heads && node >= self.heads, "head {head}, node {node}");
        let last = std::mem::replace(&mut self.at(head).previous, node);
        self.at(last).next = node;
        let link = self.at(node);
        debug_assert!(link.next == NOWHERE, "node {node} is already before {}", link.next);
        *link = Link { previous: last, next: head };
    }

    /// Takes a node out of its ring, if it is in one.
    pub(super) fn remove(&mut self, node: u32) -> Removed {
        let Some(link) = self.chunks.get_mut((node >> CHUNK_BITS) as usize) else {
            return Removed::Nowhere;
        };
        let link = &mut link[(node & (CHUNK - 1)) as usize];
        let Link { previous, next } = std::mem::replace(link, Link { previous: NOWHERE, next: NOWHERE });
        if next == NOWHERE {
            return Removed::Nowhere;
        }
        self.at(previous).next = next;
        self.at(next).previous = previous;
        // Only a head can be both neighbours: the node was the last one of that ring.
        if previous == next { Removed::LastOf(next) } else { Removed::OneOfMany }
    }

    /// Takes the first node out of a ring.
    pub(super) fn pop_front(&mut self, head: u32) -> Option<u32> {
        let node = self.at(head).next;
        if node == head {
            return None;
        }
        self.remove(node);
        Some(node)
    }

    pub(super) fn is_empty(&self, head: u32) -> bool {
        self.chunks[(head >> CHUNK_BITS) as usize][(head & (CHUNK - 1)) as usize].next == head
    }

    /// Moves all nodes of `from` to the empty ring `to`, in constant time.
    pub(super) fn splice(&mut self, from: u32, to: u32) {
        debug_assert!(self.is_empty(to), "ring {to} still holds {}", self.at(to).next);
        let Link { previous: last, next: first } =
            std::mem::replace(self.at(from), Link { previous: from, next: from });
        if first == from {
            return;
        }
        *self.at(to) = Link { previous: last, next: first };
        self.at(first).previous = to;
        self.at(last).next = to;
    }

    fn at(&mut self, number: u32) -> &mut Link {
        &mut self.chunks[(number >> CHUNK_BITS) as usize][(number & (CHUNK - 1)) as usize]
    }
}

/// Where a node was before it was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removed {
    /// In no ring.
    Nowhere,
    /// In a ring that still holds others.
    OneOfMany,
    /// The only one in the ring with this head.
    LastOf(u32),
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn drain(lists: &mut Lists, head: u32) -> Vec<u32> {
        std::iter::from_fn(|| lists.pop_front(head)).collect()
    }

    #[test]
    fn rings_keep_their_order_through_removal_and_splice() {
        let mut lists = Lists::with_heads(3);
        lists.reach(9_000);
        for node in [9_000, 4, 5, 6] {
            lists.push_back(1, node);
        }
        assert_eq!(lists.remove(4), Removed::OneOfMany);
        assert_eq!(lists.remove(4), Removed::Nowhere);
        lists.splice(1, 2);
        assert!(lists.is_empty(1));
        lists.push_back(2, 4);
        assert_eq!(drain(&mut lists, 2), [9_000, 5, 6, 4]);
    }

    #[test]
    fn last_node_names_its_ring() {
        let mut lists = Lists::with_heads(3);
        lists.push_back(2, 7);
        assert_eq!(lists.remove(7), Removed::LastOf(2));
        assert_eq!(lists.remove(1 << 30), Removed::Nowhere);
        lists.splice(2, 1);
        assert!(lists.is_empty(1) && lists.is_empty(2));
    }
}
