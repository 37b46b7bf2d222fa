// Cuts a link's byte stream into frames. Whole frames are read where they lie; only what a read cut
// off is copied and kept until its rest comes. Judges nothing but the length.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "node/base/bytes.h"
#include "node/wire/overlay/frame.h"

namespace freshet::core::overlay {

struct Frame {
  wire::FrameHeader header;
  ByteView
      body;  ///< into the bytes that were fed, or into the kept part: valid until the next call
};

/// One call of feed() per read, then next() until it returns nullopt.
class FrameReader {
 public:
  /// `kept` is the link's own buffer for a frame that was cut off; it is usually empty.
  FrameReader(Bytes& kept, ByteView fed) : kept_(kept), fed_(fed) {}

  /// The next whole frame; nullopt when there is none (the rest is then kept). A body longer than
  /// kMaxBodyBytes is never waited for: oversized() is then true and nothing follows.
  std::optional<Frame> next() {
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
  std::optional<Frame> next_from_fed() {
    if (fed_.size() < wire::kFrameHeaderBytes) return keep_rest();
    const auto header = wire::decode_header(fed_.data());
    if (is_oversized(header)) return std::nullopt;
    const std::size_t frame_bytes = wire::kFrameHeaderBytes + header.body_bytes;
    if (fed_.size() < frame_bytes) return keep_rest();
    const Frame frame{header, fed_.subspan(wire::kFrameHeaderBytes, header.body_bytes)};
    fed_ = fed_.subspan(frame_bytes);
    return frame;
  }

  std::optional<Frame> next_from_kept() {
    if (!take_until(wire::kFrameHeaderBytes)) return std::nullopt;
    const auto header = wire::decode_header(kept_.data());
    if (is_oversized(header)) return std::nullopt;
    if (!take_until(wire::kFrameHeaderBytes + header.body_bytes)) return std::nullopt;
    kept_is_used_ = true;
    return Frame{header, ByteView(kept_).subspan(wire::kFrameHeaderBytes)};
  }

  bool take_until(std::size_t wanted) {
    if (kept_.size() < wanted) {
      const std::size_t take = std::min(wanted - kept_.size(), fed_.size());
      kept_.insert(kept_.end(), fed_.begin(), fed_.begin() + static_cast<std::ptrdiff_t>(take));
      fed_ = fed_.subspan(take);
    }
    return kept_.size() >= wanted;
  }

  std::optional<Frame> keep_rest() {
    kept_.assign(fed_.begin(), fed_.end());
    fed_ = {};
    return std::nullopt;
  }

  bool is_oversized(const wire::FrameHeader& header) {
    oversized_ = header.body_bytes > wire::kMaxBodyBytes;
    return oversized_;
  }

  Bytes& kept_;
  Bytes used_;
  ByteView fed_;
  bool kept_is_used_ = false;
  bool oversized_ = false;
};

}  // namespace freshet::core::overlay
