// Those who read while it is fetched: who they are, what is called off for one that begins, and the
// blocks that it reads before their piece is whole.
#pragma once

#include <cstdint>
#include <vector>

#include "node/core/transfer/io.h"
#include "node/core/transfer/turn.h"

namespace freshet::core::transfer {

void on_set_readings(Turn& turn, const SetReadings& set);
/// Asks for the leaves of the pieces that somebody waits for, where that is of use.
void ask_leaves(Turn& turn, Content& content);
/// The link's answer to that, for one piece. REQUIRES: LeafHashes::asked().
void on_leaves(Turn& turn,
               Session& session,
               std::uint32_t piece,
               const std::vector<Sha256>& leaves);
/// Says VerifyBlocks for what came of a piece whose leaves are known.
void try_verify_blocks(Turn& turn, Content& content, std::uint32_t piece);
void on_blocks_verified(Turn& turn, Content& content, const BlocksVerified& verified);
/// How far each can read.
std::vector<Ready> ready_of(const Content& content);

}  // namespace freshet::core::transfer
