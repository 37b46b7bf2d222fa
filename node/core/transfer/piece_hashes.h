// What the pieces of one content must hash to. Lists the hash requests (BEP 52) whose answers bring
// the piece layer and, where the size is only a claim, its proof; checks each answer against the
// root before anything of it counts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/transfer/io.h"
#include "node/wire/bt/merkle.h"

namespace freshet::core::transfer {

using wire::bt::Shape;

class PieceHashes {
 public:
  PieceHashes(const ContentId& content, const Shape& shape, bool prove_size);

  /// A request without an answer that is not under way elsewhere and that this link did not refuse;
  /// now it is under way there. The size proof, which all else waits for, is asked of two links.
  std::optional<HashRequest> ask(LinkId link, TimePoint now);

  struct Answer {
    enum class Kind : std::uint8_t { unasked, bad, layer, size_proof } kind = Kind::unasked;
    bool of_size_proof = false;     ///< the request was for it, whatever the answer's kind
    std::uint32_t first_piece = 0;  ///< layer: the pieces whose hashes are known now
    std::uint32_t piece_count = 0;
  };
  Answer answered(const HashRequest& request, std::span<const Sha256> hashes);
  /// Returns false when it was not asked of this link. `was_size_proof` tells what was refused.
  /// `for_good`: the link is never asked for it again; otherwise it is late, see expire().
  bool refused(LinkId link, const HashRequest& request, bool for_good, bool& was_size_proof);
  /// What was asked of the link may be asked of others.
  void drop_link(LinkId link);
  /// What has had no answer for `patience` may be asked of others, whose turn it is for as long;
  /// then of the same links again too. An answer of theirs is still taken. False when there was
  /// nothing.
  bool expire(TimePoint now, Duration patience);
  /// When the request was asked for which expire() is due first.
  [[nodiscard]] std::optional<TimePoint> oldest() const;

  [[nodiscard]] std::optional<Sha256> hash_of(std::uint32_t piece) const;
  [[nodiscard]] bool layer_known() const { return unknown_ == 0; }
  [[nodiscard]] bool size_proven() const { return size_proven_; }
  /// REQUIRES: size_proven().
  [[nodiscard]] const Sha256& last_block_leaf() const { return last_leaf_; }
  /// The answer to another's request, when it follows from what is known here.
  [[nodiscard]] std::optional<std::vector<Sha256>> answer_to(const HashRequest& request) const;

 private:
  struct Job {
    HashRequest request;
    bool size_proof = false;
    bool done = false;
    std::vector<LinkId> asked;  ///< links that owe the answer
    TimePoint asked_at{};
    std::vector<LinkId> refused;
    std::vector<LinkId> late;  ///< others come first, since asked_at
  };
  Job* find(const HashRequest& request);
  void add_job(const HashRequest& request, bool size_proof);
  void learn(std::uint32_t piece, const Sha256& hash);

  Shape shape_;
  std::vector<Job> jobs_;
  std::vector<Sha256> layer_;
  std::vector<bool> known_;
  std::uint32_t unknown_ = 0;  ///< pieces without a hash
  bool size_proven_ = false;
  Sha256 last_leaf_;
  std::vector<Sha256> size_proof_;
  HashRequest size_request_;
};

}  // namespace freshet::core::transfer
