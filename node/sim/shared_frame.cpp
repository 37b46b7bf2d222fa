#include "node/sim/shared_frame.h"

#include <algorithm>
#include <bit>
#include <new>

#include "node/base/check.h"

namespace freshet::sim {

SharedFrame* FramePool::make(const wire::FrameHeader& header, ByteView body) {
  const std::size_t bytes = sizeof(SharedFrame) + wire::kFrameHeaderBytes + body.size();
  const auto size_class =
      static_cast<std::size_t>(std::bit_width((std::max(bytes, kSmallest) - 1) / kSmallest));
  FRESHET_CHECK(size_class < kClasses);
  if (free_[size_class].empty()) add_slab(size_class);
  SharedFrame* frame = free_[size_class].back();
  free_[size_class].pop_back();
  ++live_;
  frame->body_bytes = static_cast<std::uint32_t>(body.size());
  frame->track = kNoTrack;
  frame->span = static_cast<std::uint16_t>(header.ttl + header.hops);
  wire::FrameHeader own = header;
  own.body_bytes = frame->body_bytes;
  wire::encode_header(own, frame->data());
  std::copy(body.begin(), body.end(), frame->data() + wire::kFrameHeaderBytes);
  return frame;
}

void FramePool::recycle(SharedFrame* frame) {
  --live_;
  free_[frame->size_class].push_back(frame);
}

void FramePool::add_slab(std::size_t size_class) {
  const std::size_t each = kSmallest << size_class;
  const std::size_t count = std::max<std::size_t>(1, kSlabBytes / each);
  slabs_.push_back(std::make_unique<std::byte[]>(count * each));
  std::byte* at = slabs_.back().get();
  for (std::size_t i = 0; i < count; ++i, at += each) {
    auto* frame = new (at) SharedFrame;
    frame->size_class = static_cast<std::uint8_t>(size_class);
    frame->number = static_cast<std::uint32_t>(frames_.size());
    frames_.push_back(frame);
    free_[size_class].push_back(frame);
  }
}

}  // namespace freshet::sim
