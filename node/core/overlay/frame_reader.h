// Cuts a link's byte stream into frames. Whole frames are read where they lie; only what a read cut
// off is copied and kept until its rest comes. Judges nothing but the length.
#pragma once

#include <algorithm>
#include <utility>

#include "node/base/bytes.h"
#include "node/wire/overlay/frame.h"

namespace freshet::core::overlay {

struct Frame {
  wire::FrameHeader header;
  ByteView
      body;  ///< into the bytes that were fed, or into the kept part: valid until the next call
};

/// Takes a whole frame off the front of `bytes`, of which nothing was kept. False when there is
/// none: what is there is FrameReader's to judge. This is how nearly all frames come.
inline bool take_whole_frame(ByteView& bytes, Frame& frame) {
  if (bytes.size() < wire::kFrameHeaderBytes) return false;
  frame.header = wire::decode_header(bytes.data());
  if (frame.header.body_bytes > wire::kMaxBodyBytes) return false;
  const std::size_t frame_bytes = wire::kFrameHeaderBytes + frame.header.body_bytes;
  if (bytes.size() < frame_bytes) return false;
  frame.body = bytes.subspan(wire::kFrameHeaderBytes, frame.header.body_bytes);
  bytes = bytes.subspan(frame_bytes);
  return true;
}

/// Walks in front of who takes the frames of one read, a few frames ahead: while one is handled,
/// what the next ones touch can be on its way from memory.
class FramesAhead {
 public:
  static constexpr std::size_t kMost = 8;

  explicit FramesAhead(ByteView read) : rest_(read) {}

  /// Tells `fetch` the GUIDs of the frames after those taken that it was not told yet. `bytes`:
  /// what is left of the read.
  template <typename Fetch>
  void lead(ByteView bytes, const Fetch& fetch) {
    if (rest_.size() > bytes.size()) {  // caught up with
      rest_ = bytes;
      count_ = 0;
    } else {
      --count_;
    }
    Frame next{};
    while (count_ < kMost && take_whole_frame(rest_, next)) {
      fetch(next.header.guid);
      ++count_;
    }
  }

 private:
  ByteView rest_;
  std::size_t count_ = 0;  ///< frames between what was taken and rest_
};

/// One call of feed() per read, then next() until it returns nullptr.
class FrameReader {
 public:
  /// `kept` is the link's own buffer for a frame that was cut off; it is usually empty.
  FrameReader(Bytes& kept, ByteView fed) : kept_(kept), fed_(fed) {}

  /// The next whole frame; nullptr when there is none (the rest is then kept). A body longer than
  /// kMaxBodyBytes is never waited for: oversized() is then true and nothing follows.
  const Frame* next() {
    if (kept_is_used_) {  // the frame handed out last time; effects may still borrow its bytes
      used_ = std::exchange(kept_, {});
      kept_is_used_ = false;
    }
    return kept_.empty() ? next_from_fed() : next_from_kept();
  }

  [[nodiscard]] bool oversized() const { return oversized_; }

  /// The bytes of the frame that was put together from two reads or more, if there was one: whoever
  /// borrows its body needs them. Call it when no more frames are wanted.
  [[nodiscard]] Bytes take_used() {
    if (std::exchange(kept_is_used_, false)) used_ = std::exchange(kept_, {});
    return std::exchange(used_, {});
  }

 private:
  const Frame* next_from_fed() {
    if (fed_.size() < wire::kFrameHeaderBytes) return keep_rest();
    frame_.header = wire::decode_header(fed_.data());
    if (is_oversized(frame_.header)) return nullptr;
    const std::size_t frame_bytes = wire::kFrameHeaderBytes + frame_.header.body_bytes;
    if (fed_.size() < frame_bytes) return keep_rest();
    frame_.body = fed_.subspan(wire::kFrameHeaderBytes, frame_.header.body_bytes);
    fed_ = fed_.subspan(frame_bytes);
    return &frame_;
  }

  const Frame* next_from_kept() {
    if (!take_until(wire::kFrameHeaderBytes)) return nullptr;
    frame_.header = wire::decode_header(kept_.data());
    if (is_oversized(frame_.header)) return nullptr;
    if (!take_until(wire::kFrameHeaderBytes + frame_.header.body_bytes)) return nullptr;
    kept_is_used_ = true;
    frame_.body = ByteView(kept_).subspan(wire::kFrameHeaderBytes);
    return &frame_;
  }

  bool take_until(std::size_t wanted) {
    if (kept_.size() < wanted) {
      const std::size_t take = std::min(wanted - kept_.size(), fed_.size());
      kept_.insert(kept_.end(), fed_.begin(), fed_.begin() + static_cast<std::ptrdiff_t>(take));
      fed_ = fed_.subspan(take);
    }
    return kept_.size() >= wanted;
  }

  const Frame* keep_rest() {
    if (fed_.empty()) return nullptr;  // nearly always
    kept_.assign(fed_.begin(), fed_.end());
    fed_ = {};
    return nullptr;
  }

  bool is_oversized(const wire::FrameHeader& header) {
    oversized_ = header.body_bytes > wire::kMaxBodyBytes;
    return oversized_;
  }

  Bytes& kept_;
  Frame frame_{};
  Bytes used_;
  ByteView fed_;
  bool kept_is_used_ = false;
  bool oversized_ = false;
};

}  // namespace freshet::core::overlay
