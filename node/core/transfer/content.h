// One content that is fetched, or served to at least one link. State only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/transfer/io.h"
#include "node/core/transfer/leaf_hashes.h"
#include "node/core/transfer/picker.h"
#include "node/core/transfer/piece_hashes.h"
#include "node/core/transfer/sources.h"
#include "node/core/transfer/token_bucket.h"

namespace freshet::core::transfer {

struct Session;

/// What a fetch needs beyond what serving needs.
struct Fetch {
  std::optional<std::uint64_t> claim;  ///< of StartFetch, for sources without one of their own
  bool resumed = false;  ///< pieces may be on disk: nothing is asked before StorageReady
  bool storage_ready = false;
  bool checking_last = false;       ///< CheckBlock is under way
  std::uint32_t unproven_kept = 0;  ///< blocks kept before StorageReady
  std::optional<PieceHashes> hashes;
  std::optional<Picker> picker;
  std::optional<LeafHashes> leaves;  ///< once storage is ready
  std::set<std::uint32_t> verifying;
  Sources sources;
  std::set<NodeKey> contributors;  ///< whose blocks are in verified pieces
  TimePoint ask_sources_at{};
  Duration ask_sources_pause{};
  std::optional<TimePoint> exhausted_at;  ///< since when every known source is a liar
  std::uint32_t shown_sources = 0;        ///< as Progress said last
  TimePoint news_at{};                    ///< a piece was verified, or told of by another
  TokenBucket rate;                       ///< at which this is asked
  bool whole = true;                      ///< all of it is wanted, not just what is read
  std::vector<Reading> readings;          ///< who reads while it is fetched
  bool polite = false;                    ///< gives way to other traffic
  bool hungry = false;                    ///< asks nothing for want of tokens
  bool refill = false;                    ///< blocks became free: look what every link can ask
};

struct Content {
  ContentId id;
  std::optional<Shape> shape;  ///< a claim that is being tried, until `proven`
  bool proven = false;
  PieceSet have;  ///< verified and written
  std::uint64_t verified_bytes = 0;
  std::uint32_t ready_pieces = 0;  ///< verified from the first on, without a gap
  std::vector<Session*> sessions;
  std::unique_ptr<Fetch> fetch;  ///< while it is being fetched

  [[nodiscard]] bool complete() const { return proven && !fetch && have.all(); }
};

}  // namespace freshet::core::transfer
