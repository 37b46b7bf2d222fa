// A frame on its way to many nodes at once: one body in pooled memory, counted references, and in
// front of it the 23 bytes of a header. GUID, type and length are the same on every hop; TTL and
// hops are written in front of the body when a copy is delivered, so the core reads one contiguous
// span of the real wire format. Single-threaded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "node/base/bytes.h"
#include "node/wire/overlay/frame.h"

namespace freshet::sim {

/// Stands for a frame that belongs to no tracked query.
inline constexpr std::uint16_t kNoTrack = 0xFFFF;

struct SharedFrame {
  std::uint32_t references = 0;
  std::uint32_t body_bytes = 0;
  std::uint32_t number = 0;        ///< its name in the pool
  std::uint16_t track = kNoTrack;  ///< the tracked query that it belongs to
  std::uint16_t span = 0;          ///< TTL + hops: the same on every link that it travels
  std::uint8_t size_class = 0;

  static constexpr std::size_t kTtlOffset = 17;
  static constexpr std::size_t kHopsOffset = 18;

  [[nodiscard]] Byte* data() { return reinterpret_cast<Byte*>(this) + sizeof(SharedFrame); }
  [[nodiscard]] const Byte* data() const {
    return reinterpret_cast<const Byte*>(this) + sizeof(SharedFrame);
  }
  [[nodiscard]] const Byte* body() const { return data() + wire::kFrameHeaderBytes; }
  [[nodiscard]] wire::FrameType type() const { return static_cast<wire::FrameType>(data()[16]); }
  [[nodiscard]] Guid guid() const { return Guid::from({data(), Guid::kSize}); }
  [[nodiscard]] std::size_t frame_bytes() const { return wire::kFrameHeaderBytes + body_bytes; }

  [[nodiscard]] std::uint8_t ttl_at(std::uint8_t hops) const {
    return static_cast<std::uint8_t>(span - hops);
  }
  /// The frame as it goes over a link after so many.
  [[nodiscard]] ByteView stamped(std::uint8_t hops) {
    data()[kTtlOffset] = ttl_at(hops);
    data()[kHopsOffset] = hops;
    return {data(), frame_bytes()};
  }
  /// Whether `header` and `body` are this very frame on a link, TTL and hops apart.
  [[nodiscard]] bool is_same(const wire::FrameHeader& header, ByteView of) const {
    return of.data() == body() && of.size() == body_bytes && header.type == type()
           && std::memcmp(header.guid.bytes.data(), data(), Guid::kSize) == 0;
  }
};

/// Makes and takes back frames. Memory that frames needed at one time is kept for later ones.
class FramePool {
 public:
  /// A copy of `body` under `header`, with no reference yet. TTL and hops are stamped later; their
  /// sum stays.
  SharedFrame* make(const wire::FrameHeader& header, ByteView body);
  /// REQUIRES: the frame with this number is alive.
  [[nodiscard]] SharedFrame* at(std::uint32_t number) const { return frames_[number]; }
  /// Gives one reference up; the frame is gone with the last one.
  void release(SharedFrame* frame) {
    if (--frame->references == 0) recycle(frame);
  }
  void recycle(SharedFrame* frame);
  [[nodiscard]] std::size_t live() const { return live_; }

 private:
  static constexpr std::size_t kSmallest = 64;  ///< bytes in class 0; each class doubles
  static constexpr std::size_t kClasses = 12;   ///< up to 128 KiB: any frame
  static constexpr std::size_t kSlabBytes = std::size_t{64} * 1024;

  void add_slab(std::size_t size_class);

  std::array<std::vector<SharedFrame*>, kClasses> free_;
  std::vector<SharedFrame*> frames_;  ///< by number, those that wait for use too
  std::vector<std::unique_ptr<std::byte[]>> slabs_;
  std::size_t live_ = 0;
};

}  // namespace freshet::sim
