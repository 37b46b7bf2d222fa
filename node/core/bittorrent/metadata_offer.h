// Answers one client's requests for the info dictionary (BEP 9): each piece of it a few times, for
// a client needs it once, and one that asks again and again gets no more. Sans-IO.
#pragma once

#include <cstdint>

#include "node/base/bytes.h"
#include "node/wire/bt/metadata_message.h"

namespace freshet::core::bittorrent {

class MetadataOffer {
 public:
  /// `info_bytes`: of the dictionary; 0: there is none to be had, and all is rejected.
  explicit MetadataOffer(std::size_t info_bytes = 0);

  enum class Answered : std::uint8_t {
    sent,
    rejected  ///< no correct client asks so
  };
  /// Appends the answer to `out`. `info`: as long as was said. `id`: what the client calls the
  /// extension.
  Answered answer(std::uint32_t piece, ByteView info, std::uint8_t id, Bytes& out);

 private:
  std::uint32_t left_;  ///< answers that the client may still have
};

}  // namespace freshet::core::bittorrent
