#include "node/wire/bt/announce.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "node/base/percent.h"
#include "node/wire/bt/bencode.h"
#include "node/wire/bt/tracker_reason.h"

namespace freshet::wire::bt {
namespace {

constexpr std::size_t kV4At = 12;  // in a mapped address

template <typename Number>
std::optional<Number> number(const HttpRequest& request, std::string_view name) {
  const auto text = request.find(name);
  if (!text) return std::nullopt;
  Number value = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (failed != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value;
}

Announce::Event event_of(std::optional<std::string_view> text) {
  if (text == "started") return Announce::Event::started;
  if (text == "completed") return Announce::Event::completed;
  if (text == "stopped") return Announce::Event::stopped;
  return Announce::Event::none;
}

void append(Bytes& out, const Endpoint& at, std::size_t from) {
  out.insert(out.end(), at.address.begin() + static_cast<std::ptrdiff_t>(from), at.address.end());
  out.push_back(static_cast<Byte>(at.port >> 8U));
  out.push_back(static_cast<Byte>(at.port & 0xFFU));
}

// "192.0.2.1" of "192.0.2.1:7346", and the same of "[2001:db8::1]:7346".
std::string address_text(const Endpoint& at) {
  std::string text = at.to_string();
  text.resize(text.rfind(':'));
  if (text.starts_with('[')) text = text.substr(1, text.size() - 2);
  return text;
}

void write_list(BencodeWriter& out, const std::vector<AnnouncedPeer>& peers) {
  out.begin_list();
  for (const AnnouncedPeer& peer : peers) {
    out.begin_dictionary().key("ip").text(address_text(peer.at));
    if (peer.id != PeerId()) out.key("peer id").bytes(peer.id);
    out.key("port").integer(peer.at.port).end();
  }
  out.end();
}

void read_compact(ByteView bytes, std::size_t address_bytes, std::vector<Endpoint>& peers) {
  const std::size_t each = address_bytes + 2;
  for (; bytes.size() >= each && peers.size() < kMaxHeardPeers; bytes = bytes.subspan(each)) {
    Endpoint at = Endpoint::v4({}, 0);
    if (address_bytes == at.address.size()) at = Endpoint();
    std::copy_n(bytes.begin(),
                address_bytes,
                at.address.end() - static_cast<std::ptrdiff_t>(address_bytes));
    at.port = static_cast<std::uint16_t>((bytes[address_bytes] << 8U) | bytes[address_bytes + 1]);
    peers.push_back(at);
  }
}

// A dictionary of one peer (BEP 3).
std::optional<Endpoint> listed_peer(const Bencoded::Value& peer) {
  const auto ip = peer.find("ip");
  const auto port = peer.find("port");
  if (!ip || !ip->text() || !port || !port->integer()) return std::nullopt;
  const std::string host(*ip->text());
  const std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return Endpoint::parse(text + ":" + std::to_string(*port->integer()));
}

constexpr std::string_view word_for(Announce::Event event) {
  switch (event) {
    case Announce::Event::started:
      return "started";
    case Announce::Event::completed:
      return "completed";
    case Announce::Event::stopped:
      return "stopped";
    case Announce::Event::none:
      break;
  }
  return {};
}

}  // namespace

std::vector<Endpoint> compact_peers(ByteView v4, ByteView v6) {
  std::vector<Endpoint> peers;
  read_compact(v4, 4, peers);
  read_compact(v6, 16, peers);
  return peers;
}

std::string announce_query(const Announce& announce, std::uint64_t got_bytes) {
  std::string query = "info_hash=" + percent_encoded(text_of(announce.info_hash.view()));
  query += "&peer_id=" + percent_encoded(text_of(announce.peer_id));
  query += "&port=" + std::to_string(announce.port);
  query += "&uploaded=0&downloaded=" + std::to_string(got_bytes);
  query += "&left=" + std::to_string(announce.left) + "&compact=1";
  query += "&numwant=" + std::to_string(announce.wanted);
  const std::string_view event = word_for(announce.event);
  return event.empty() ? query : query + "&event=" + std::string(event);
}

std::uint32_t bounded_interval_s(std::int64_t said) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(said, 0, kMaxHeardIntervalS));
}

Result<HeardAnnounce> read_announce_answer(ByteView body) {
  const Error malformed{ErrorCode::invalid, "what it answers is no tracker's answer (BEP 3)"};
  if (body.size() > kMaxAnnounceAnswerBytes) return malformed;
  const auto document = Bencoded::parse(body);
  if (!document || document->root().type() != Bencoded::Type::dictionary) return malformed;
  const auto root = document->root();
  if (const auto reason = root.find("failure reason"); reason && reason->text())
    return Error{ErrorCode::not_found, tracker_reason(*reason->text())};
  HeardAnnounce heard;
  const auto interval = root.find("interval");
  if (interval && interval->integer()) heard.interval_s = bounded_interval_s(*interval->integer());
  const auto peers = root.find("peers");
  if (!peers) return malformed;
  const auto peers6 = root.find("peers6");
  heard.peers = compact_peers(peers->bytes().value_or(ByteView()),
                              peers6 ? peers6->bytes().value_or(ByteView()) : ByteView());
  if (peers->type() != Bencoded::Type::list) return heard;
  for (auto peer = peers->first(); peer && heard.peers.size() < kMaxHeardPeers;
       peer = peer->next()) {
    if (const auto at = listed_peer(*peer)) heard.peers.push_back(*at);
  }
  return heard;
}

std::optional<Announce> read_announce(const HttpRequest& request) {
  const auto hash = request.find("info_hash");
  const auto id = request.find("peer_id");
  const auto port = number<std::uint16_t>(request, "port");
  if (!hash || hash->size() != InfoHash::kSize || !id || id->size() != PeerId().size() || !port)
    return std::nullopt;
  Announce announce;
  announce.info_hash = InfoHash::from(bytes_of(*hash));
  std::copy(id->begin(), id->end(), announce.peer_id.begin());
  announce.port = *port;
  announce.left = number<std::uint64_t>(request, "left").value_or(0);
  announce.event = event_of(request.find("event"));
  announce.wanted = number<std::uint32_t>(request, "numwant").value_or(announce.wanted);
  announce.compact = request.find("compact") != "0";
  return announce;
}

Bytes compact_v4(const std::vector<AnnouncedPeer>& peers) {
  Bytes out;
  for (const AnnouncedPeer& peer : peers) {
    if (peer.at.is_v4()) append(out, peer.at, kV4At);
  }
  return out;
}

Bytes compact_v6(const std::vector<AnnouncedPeer>& peers) {
  Bytes out;
  for (const AnnouncedPeer& peer : peers) {
    if (!peer.at.is_v4()) append(out, peer.at, 0);
  }
  return out;
}

Bytes encode(const AnnounceAnswer& answer) {
  BencodeWriter out;
  out.begin_dictionary().key("complete").integer(answer.complete);
  out.key("incomplete").integer(answer.incomplete);
  out.key("interval").integer(answer.interval_s);
  out.key("min interval").integer(answer.min_interval_s);
  out.key("peers");
  if (!answer.compact) {
    write_list(out, answer.peers);
    return out.end().take();
  }
  out.bytes(compact_v4(answer.peers));
  const Bytes v6 = compact_v6(answer.peers);
  if (!v6.empty()) out.key("peers6").bytes(v6);
  return out.end().take();
}

Bytes announce_failure(std::string_view reason) {
  BencodeWriter out;
  out.begin_dictionary().key("failure reason").text(reason);
  return out.end().take();
}

}  // namespace freshet::wire::bt
