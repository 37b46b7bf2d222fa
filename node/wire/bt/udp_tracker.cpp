#include "node/wire/bt/udp_tracker.h"

#include <algorithm>
#include <array>

#include "node/wire/bt/tracker_reason.h"

namespace freshet::wire::bt {
namespace {

constexpr std::uint64_t kUdpTrackerProtocol = 0x41727101980;

enum class UdpAction : std::uint32_t { connect = 0, announce = 1, error = 3 };

constexpr std::size_t kUdpAnswerHeadBytes = 8;  // action, transaction
constexpr std::size_t kUdpConnectAnswerBytes = 16;
constexpr std::size_t kUdpAnnounceAnswerBytes = 20;  // before the peers

template <typename Number>
void append_be(Bytes& out, Number value) {
  std::array<Byte, sizeof(Number)> bytes{};
  store_be(value, bytes.data());
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_udp_head(Bytes& out,
                     std::uint64_t connection,
                     UdpAction action,
                     std::uint32_t transaction) {
  append_be(out, connection);
  append_be(out, static_cast<std::uint32_t>(action));
  append_be(out, transaction);
}

constexpr std::uint32_t udp_event(Announce::Event event) {
  switch (event) {
    case Announce::Event::completed:
      return 1;
    case Announce::Event::started:
      return 2;
    case Announce::Event::stopped:
      return 3;
    case Announce::Event::none:
      break;
  }
  return 0;
}

// nullopt: no answer to that; otherwise that it is one, of `least` bytes or more, or refuses.
std::optional<Status> judge_udp_answer(ByteView datagram,
                                       UdpAction asked,
                                       std::uint32_t transaction,
                                       std::size_t least) {
  if (datagram.size() < kUdpAnswerHeadBytes) return std::nullopt;
  if (load_be<std::uint32_t>(datagram.data() + 4) != transaction) return std::nullopt;
  const auto action = static_cast<UdpAction>(load_be<std::uint32_t>(datagram.data()));
  if (action == UdpAction::error) {
    return Error{ErrorCode::not_found,
                 tracker_reason(text_of(datagram.subspan(kUdpAnswerHeadBytes)))};
  }
  if (action != asked || datagram.size() < least) return std::nullopt;
  return kOk;
}

}  // namespace

Bytes udp_connect_request(std::uint32_t transaction) {
  Bytes out;
  append_udp_head(out, kUdpTrackerProtocol, UdpAction::connect, transaction);
  return out;
}

Bytes encode(const UdpAnnounceRequest& request) {
  const Announce& announce = request.announce;
  Bytes out;
  append_udp_head(out, request.connection, UdpAction::announce, request.transaction);
  const ByteView hash = announce.info_hash.view();
  out.insert(out.end(), hash.begin(), hash.end());
  out.insert(out.end(), announce.peer_id.begin(), announce.peer_id.end());
  append_be(out, request.got_bytes);
  append_be(out, announce.left);
  append_be(out, std::uint64_t{0});  // uploaded
  append_be(out, udp_event(announce.event));
  append_be(out, std::uint32_t{0});  // its address: where it asks from
  append_be(out, request.key);
  append_be(out, announce.wanted);
  append_be(out, announce.port);
  return out;
}

std::optional<Result<std::uint64_t>> read_udp_connect_answer(ByteView datagram,
                                                             std::uint32_t transaction) {
  const auto judged =
      judge_udp_answer(datagram, UdpAction::connect, transaction, kUdpConnectAnswerBytes);
  if (!judged) return std::nullopt;
  if (!judged->ok()) return judged->error();
  return load_be<std::uint64_t>(datagram.data() + kUdpAnswerHeadBytes);
}

std::optional<Result<HeardAnnounce>> read_udp_announce_answer(ByteView datagram,
                                                              std::uint32_t transaction,
                                                              UdpTrackerFamily family) {
  const auto judged =
      judge_udp_answer(datagram, UdpAction::announce, transaction, kUdpAnnounceAnswerBytes);
  if (!judged) return std::nullopt;
  if (!judged->ok()) return judged->error();
  const auto interval =
      static_cast<std::int32_t>(load_be<std::uint32_t>(datagram.data() + kUdpAnswerHeadBytes));
  const ByteView peers = datagram.subspan(kUdpAnnounceAnswerBytes);
  const bool is_v6 = family == UdpTrackerFamily::v6;
  return HeardAnnounce{
      .interval_s = bounded_interval_s(interval),
      .peers = compact_peers(is_v6 ? ByteView() : peers, is_v6 ? peers : ByteView())};
}

}  // namespace freshet::wire::bt
