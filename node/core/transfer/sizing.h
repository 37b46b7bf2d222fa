// Proves how large a content is, before anything is allocated for it. A claim (of a hit, of the
// user, of the peer) is taken up as the content's tentative shape; the last block's leaf and its
// uncles must show that nothing but padding follows, and the last block's bytes must have that
// leaf. Blocks and hashes are asked for meanwhile, within Config's bound.
#pragma once

#include "node/core/transfer/io.h"
#include "node/core/transfer/turn.h"

namespace freshet::core::transfer {

/// Could a content have this size? Of an empty one, made without sources, nobody needs to claim it.
bool is_possible_size(std::uint64_t size);
/// The one that proves the size.
BlockRange last_block(const Shape& shape);
/// REQUIRES: the content has a shape.
bool is_last_block(const Content& content, const BlockRange& block);

/// Takes up a claim if the content has no shape and a link has a claim.
void adopt_claim(Turn& turn, Content& content);
/// The shape is known to be true: storage may be prepared.
void adopt_size(Turn& turn, Content& content, std::uint64_t size);
/// Checks the last block once both its leaf and its bytes are there.
void try_check_last(Turn& turn, Content& content);
void on_block_checked(Turn& turn, Content& content, const BlockChecked& checked);
/// The link's claim turned out wrong, or it cannot prove it: another is taken up.
void refute_claim(Turn& turn, Session& session);
/// No link stands behind the tentative shape any longer: lets it go.
void reconsider_claim(Turn& turn, Content& content);

}  // namespace freshet::core::transfer
