#include "node/wire/bt/announce.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "node/wire/bt/bencode.h"

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
    out.key("peer id").bytes(peer.id).key("port").integer(peer.at.port).end();
  }
  out.end();
}

}  // namespace

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
