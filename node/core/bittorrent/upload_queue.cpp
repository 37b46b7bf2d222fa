#include "node/core/bittorrent/upload_queue.h"

#include <algorithm>
#include <utility>

#include "node/base/check.h"

namespace freshet::core::bittorrent {

using wire::bt::BlockRange;

bool UploadQueue::is_valid(const BlockRange& block, std::uint32_t piece_bytes) const {
  return block.length > 0 && block.length <= limits_.max_request_bytes && block.begin < piece_bytes
         && block.length <= piece_bytes - block.begin;
}

bool UploadQueue::request(const BlockRange& block, std::uint32_t piece_bytes, Bytes& out) {
  const bool is_fine = is_valid(block, piece_bytes);
  // While it is choked: perhaps sent before it heard so.
  if (is_fine && !choked_ && requests_.size() < limits_.max_requests) {
    requests_.push_back(block);
    return true;
  }
  reject(block, out);
  return is_fine && choked_;
}

void UploadQueue::cancel(const BlockRange& block, Bytes& out) {
  const auto found = std::find(requests_.begin(), requests_.end(), block);
  if (found == requests_.end()) return;
  requests_.erase(found);
  reject(block, out);
}

void UploadQueue::reject(const BlockRange& block, Bytes& out) {
  ++counters_.requests_rejected;
  if (fast_) append(out, wire::bt::Reject{.block = block});
}

void UploadQueue::set_choked(bool choked, Bytes& out) {
  if (std::exchange(choked_, choked) == choked) return;
  if (!choked) {
    append(out, wire::bt::Unchoke{});
    return;
  }
  append(out, wire::bt::Choke{});
  for (const BlockRange& block : std::exchange(requests_, {})) reject(block, out);
}

bool UploadQueue::has_read(std::size_t unsent) const {
  return !requests_.empty() && unsent + reading_bytes_ < limits_.max_unsent_bytes;
}

std::optional<BlockRange> UploadQueue::next_read(std::size_t unsent) {
  if (!has_read(unsent)) return std::nullopt;
  const BlockRange block = requests_.front();
  requests_.pop_front();
  reading_bytes_ += block.length;
  return block;
}

void UploadQueue::on_read(const BlockRange& block, std::optional<ByteView> bytes, Bytes& out) {
  reading_bytes_ -= block.length;
  if (!bytes) {
    ++counters_.read_failures;
    reject(block, out);
    return;
  }
  FRESHET_CHECK(bytes->size() == block.length);
  const auto header = wire::bt::piece_header(block);
  out.insert(out.end(), header.begin(), header.end());
  out.insert(out.end(), bytes->begin(), bytes->end());
  ++counters_.blocks_sent;
  counters_.block_bytes_sent += block.length;
}

}  // namespace freshet::core::bittorrent
