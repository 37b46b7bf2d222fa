#include "node/core/transfer/piece_hashes.h"

#include <algorithm>

namespace freshet::core::transfer {
namespace {

constexpr std::size_t kSizeProofCopies = 2;

bool contains(const std::vector<LinkId>& links, LinkId link) {
  return std::find(links.begin(), links.end(), link) != links.end();
}

}  // namespace

PieceHashes::PieceHashes(const ContentId& content, const Shape& shape, bool prove_size)
    : shape_(shape),
      layer_(shape.piece_count),
      known_(shape.piece_count, false),
      unknown_(shape.piece_count) {
  if (shape.block_count < 2) {
    // The only block's leaf is the root itself; it proves the size with the block's bytes.
    size_proven_ = true;
    last_leaf_ = Sha256::from(content.view());
    if (shape.block_count == 1) learn(0, last_leaf_);
    return;
  }
  size_proven_ = !prove_size;
  if (prove_size) {
    size_request_ = wire::bt::size_proof_request(content, shape);
    add_job(size_request_, true);
  }
  for (const HashRequest& request : wire::bt::piece_layer_requests(content, shape)) {
    // A content of two blocks needs one request for both purposes.
    if (!prove_size || request != size_request_) add_job(request, false);
  }
}

void PieceHashes::add_job(const HashRequest& request, bool size_proof) {
  Job job;
  job.request = request;
  job.size_proof = size_proof;
  jobs_.push_back(std::move(job));
}

void PieceHashes::learn(std::uint32_t piece, const Sha256& hash) {
  if (!known_[piece]) --unknown_;
  known_[piece] = true;
  layer_[piece] = hash;
}

std::optional<HashRequest> PieceHashes::ask(LinkId link, TimePoint now) {
  for (Job& job : jobs_) {
    if (job.done || job.asked.size() >= (job.size_proof ? kSizeProofCopies : 1)) continue;
    if (contains(job.asked, link) || contains(job.refused, link) || contains(job.late, link))
      continue;
    job.asked.push_back(link);
    job.asked_at = now;
    return job.request;
  }
  return std::nullopt;
}

PieceHashes::Job* PieceHashes::find(const HashRequest& request) {
  const auto at = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& job) {
    return !job.done && job.request == request;
  });
  return at == jobs_.end() ? nullptr : &*at;
}

PieceHashes::Answer PieceHashes::answered(const HashRequest& request,
                                          std::span<const Sha256> hashes) {
  Job* job = find(request);
  if (job == nullptr) return {};
  job->asked.clear();
  const bool good = job->size_proof ? wire::bt::proves_size(request, hashes, shape_)
                                    : wire::bt::proves(request, hashes, shape_);
  Answer answer;
  answer.kind = Answer::Kind::bad;
  answer.of_size_proof = job->size_proof;
  if (!good) return answer;
  job->done = true;
  answer.kind = job->size_proof ? Answer::Kind::size_proof : Answer::Kind::layer;
  if (job->size_proof) {
    size_proven_ = true;
    last_leaf_ = wire::bt::last_leaf(hashes, shape_);
    size_proof_.assign(hashes.begin(), hashes.end());
  }
  if (request.base_layer != shape_.piece_layer()) return answer;
  answer.first_piece = request.index;
  answer.piece_count = std::min(request.length, shape_.piece_count - request.index);
  for (std::uint32_t i = 0; i < answer.piece_count; ++i) {
    learn(request.index + i, hashes[i]);
  }
  return answer;
}

bool PieceHashes::refused(LinkId link,
                          const HashRequest& request,
                          bool for_good,
                          bool& was_size_proof) {
  Job* job = find(request);
  if (job == nullptr || !contains(job->asked, link)) return false;
  std::erase(job->asked, link);
  (for_good ? job->refused : job->late).push_back(link);
  was_size_proof = job->size_proof;
  return true;
}

void PieceHashes::drop_link(LinkId link) {
  for (Job& job : jobs_) {
    std::erase(job.asked, link);
    std::erase(job.refused, link);
    std::erase(job.late, link);
  }
}

bool PieceHashes::expire(TimePoint now, Duration patience) {
  bool any = false;
  for (Job& job : jobs_) {
    const bool waits = !job.asked.empty() || !job.late.empty();
    if (job.done || !waits || job.asked_at + patience > now) continue;
    if (job.asked.empty()) job.late.clear();
    job.late.insert(job.late.end(), job.asked.begin(), job.asked.end());
    job.asked.clear();
    job.asked_at = now;
    any = true;
  }
  return any;
}

std::optional<TimePoint> PieceHashes::oldest() const {
  std::optional<TimePoint> oldest;
  for (const Job& job : jobs_) {
    if (job.done || (job.asked.empty() && job.late.empty())) continue;
    if (!oldest || job.asked_at < *oldest) oldest = job.asked_at;
  }
  return oldest;
}

std::optional<Sha256> PieceHashes::hash_of(std::uint32_t piece) const {
  if (!known_[piece]) return std::nullopt;
  return layer_[piece];
}

std::optional<std::vector<Sha256>> PieceHashes::answer_to(const HashRequest& request) const {
  if (!size_proof_.empty() && request == size_request_) return size_proof_;
  if (!layer_known() || !wire::bt::is_answerable(request, shape_)) return std::nullopt;
  if (wire::bt::pieces_needed(request, shape_).count > 0) return std::nullopt;
  return wire::bt::hashes_for(request, shape_, layer_, {});
}

}  // namespace freshet::core::transfer
