// What a node sends, in the clear, as a pcap file (IETF draft-ietf-opsawg-pcap): one packet a
// frame, of link type USER0 (147). Before the frame stand the sender's and the receiver's numbers,
// 4 bytes each, big-endian. Times are virtual. scripts/wireshark/freshet.lua reads it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "node/base/bytes.h"
#include "node/base/time.h"
#include "node/wire/overlay/frame.h"

namespace freshet::io::testbed {

class Capture {
 public:
  Capture(const std::string& file, std::uint32_t node);

  void add(std::uint32_t peer, const wire::FrameHeader& header, ByteView body, TimePoint at);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::uint32_t node_;
};

}  // namespace freshet::io::testbed
