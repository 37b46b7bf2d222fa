// Answers a BEP 52 hash request from content that can be read: a run of one layer's hashes, and the
// uncle hashes that prove it. Knows no files and no peers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "node/base/result.h"
#include "node/store/types.h"
#include "node/wire/bt/merkle.h"
#include "node/wire/bt/messages.h"

namespace freshet::store {

/// Reads exactly out.size() bytes at `offset`.
using ReadAt = std::function<Status(std::uint64_t offset, std::span<Byte> out)>;

/// The root of one piece's subtree; appends the leaves below it. Errors: what `read` says.
Result<Sha256> hash_piece(const wire::bt::Shape& shape,
                          std::uint32_t piece,
                          const ReadAt& read,
                          std::vector<Sha256>& leaves);

/// `length` hashes, then the uncles from the bottom up (wire::bt::hashes_for). From the piece layer
/// up nothing is read; below it the pieces that wire::bt::pieces_needed() names are read and hashed
/// again: 512 blocks or one piece, never more. Errors: invalid (not wire::bt::is_answerable(): send
/// a hash reject), verification (a piece on disk is not what the catalogue says), or what `read`
/// says. The request's root is not looked at.
Result<std::vector<Sha256>> layer_hashes(const ContentInfo& content,
                                         const wire::bt::HashRequest& request,
                                         const ReadAt& read);

}  // namespace freshet::store
