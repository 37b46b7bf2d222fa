// Hello, Pong, Bye and QueryHit by the generated code. A body is walked once before it is parsed,
// so that generated code never allocates for more fields than a body may have.
#include "node/wire/overlay/bodies.h"

#include <algorithm>
#include <string>
#include <utility>

#include "node/wire/overlay/body_fields.h"
#include "node/wire/overlay/message.h"
#include "node/wire/overlay/metadata_field.h"
#include "node/wire/overlay/utf8.h"

#include "freshet/overlay/v1/overlay.pb.h"

namespace freshet::wire {
namespace {

namespace pb = freshet::overlay::v1;

constexpr std::size_t kSignatureBytes = 64;

template <typename Message>
void write_nodes(const std::vector<PongNode>& nodes, Message& message) {
  for (const PongNode& node : nodes) {
    if (!is_sendable(node.address)) continue;
    pb::Pong::Node* to = message.add_nodes();
    if (node.key) to->set_key(id_field(*node.key));
    write_address(node.address, *to->mutable_address());
    to->set_age_s(node.age_s);
  }
}

template <typename Message>
std::optional<std::vector<PongNode>> read_nodes(const Message& message, std::size_t most) {
  if (static_cast<std::size_t>(message.nodes_size()) > most) return std::nullopt;
  std::vector<PongNode> nodes;
  for (const pb::Pong::Node& node : message.nodes()) {
    const auto address = read_address(node.address());
    if (!address) return std::nullopt;
    PongNode to{.key = std::nullopt, .address = *address, .age_s = node.age_s()};
    if (!node.key().empty()) {
      to.key = id_from<NodeKey>(node.key());
      if (!to.key) return std::nullopt;
    }
    if (is_sendable(*address)) nodes.push_back(to);
  }
  return nodes;
}

bool is_text(const std::string& bytes, std::size_t limit) {
  return bytes.size() <= limit && is_utf8(bytes);
}

// False: malformed.
bool read_metadata(const pb::HitFile& from, HitFile& to) {
  if (!from.has_metadata()) return true;
  const auto metadata = metadata_of(from.metadata());
  if (!metadata) return false;
  if (!metadata->empty()) to.metadata = std::make_shared<const FileMetadata>(*metadata);
  return true;
}

std::optional<HitRecord> decode_record(const std::string& bytes) {
  pb::HitRecord message;
  if (!parse(bytes_of(bytes), message)) return std::nullopt;
  const auto node = id_from<NodeKey>(message.node());
  if (!node || !is_text(message.name(), kMaxNodeNameBytes)
      || static_cast<std::size_t>(message.addresses_size()) > kMaxHitAddresses
      || static_cast<std::size_t>(message.files_size()) > kMaxHitFiles) {
    return std::nullopt;
  }
  HitRecord record{.node = *node, .name = message.name(), .addresses = {}, .files = {}};
  if (!read_addresses(message, record.addresses)) return std::nullopt;
  record.files.reserve(static_cast<std::size_t>(message.files_size()));
  for (const pb::HitFile& file : message.files()) {
    auto hit = read_file(file);
    if (!hit || !read_metadata(file, *hit)) return std::nullopt;
    if (file.folder_files() != 0)
      hit->folder = {.files = file.folder_files(), .size_bytes = file.folder_bytes()};
    record.files.push_back(std::move(*hit));
  }
  record.issued_s = message.issued_s();
  record.lifetime_s = message.lifetime_s();
  record.bittorrent = message.bittorrent();
  return record;
}

}  // namespace

Bytes encode(const Hello& hello) {
  pb::Hello message;
  message.set_version(hello.version);
  message.set_agent(hello.agent);
  message.set_name(hello.name);
  message.set_listen_port(hello.listen_port);
  message.set_tokenizer_version(hello.tokenizer_version);
  message.set_member(hello.member);
  message.set_wish(static_cast<std::uint32_t>(hello.wish));
  message.set_browse(hello.browse);
  message.set_tally(hello.tally);
  return serialize(message);
}

Bytes encode(const Pong& pong) {
  pb::Pong message;
  write_nodes(pong.nodes, message);
  message.set_links(pong.links);
  return serialize(message);
}

Bytes encode_members(const std::vector<PongNode>& nodes) {
  pb::Members message;
  write_nodes(nodes, message);
  return serialize(message);
}

Bytes encode(const Bye& bye) {
  pb::Bye message;
  message.set_code(static_cast<std::uint32_t>(bye.code));
  message.set_reason(bye.reason);
  return serialize(message);
}

Bytes encode_record(const HitRecord& record) {
  pb::HitRecord message;
  message.set_node(id_field(record.node));
  message.set_name(record.name);
  write_addresses(record.addresses, message);
  for (const HitFile& file : record.files) {
    pb::HitFile& to = *message.add_files();
    write_file(file, to);
    if (file.metadata) write_metadata(*file.metadata, *to.mutable_metadata());
    if (!file.folder) continue;
    to.set_folder_files(file.folder->files);
    to.set_folder_bytes(file.folder->size_bytes);
  }
  message.set_issued_s(record.issued_s);
  message.set_lifetime_s(record.lifetime_s);
  message.set_bittorrent(record.bittorrent);
  return serialize(message);
}

Bytes encode_query_hit(ByteView record, ByteView signature, std::uint8_t cached_hops) {
  pb::QueryHit message;
  message.set_record(record.data(), record.size());
  message.set_signature(signature.data(), signature.size());
  message.set_cached_hops(cached_hops);
  return serialize(message);
}

std::optional<Hello> decode_hello(ByteView body) {
  pb::Hello message;
  if (!parse(body, message)) return std::nullopt;
  if (message.version() == 0 || message.listen_port() > 0xFFFF
      || !is_text(message.name(), kMaxNodeNameBytes) || !is_text(message.agent(), kMaxAgentBytes)) {
    return std::nullopt;
  }
  return Hello{.version = message.version(),
               .agent = message.agent(),
               .name = message.name(),
               .listen_port = static_cast<std::uint16_t>(message.listen_port()),
               .tokenizer_version = message.tokenizer_version(),
               .member = message.member(),
               .wish = static_cast<Wish>(std::min<std::uint32_t>(message.wish(), 0xFF)),
               .browse = message.browse(),
               .tally = message.tally()};
}

std::optional<Pong> decode_pong(ByteView body) {
  pb::Pong message;
  if (!parse(body, message)) return std::nullopt;
  auto nodes = read_nodes(message, kMaxPongNodes);
  if (!nodes) return std::nullopt;
  return Pong{.nodes = std::move(*nodes), .links = message.links()};
}

std::optional<std::vector<PongNode>> decode_members(ByteView body) {
  pb::Members message;
  if (!parse(body, message)) return std::nullopt;
  return read_nodes(message, kMaxMembers);
}

std::optional<Bye> decode_bye(ByteView body) {
  pb::Bye message;
  if (!parse(body, message) || message.code() > 0xFFFF
      || !is_text(message.reason(), kMaxByeReasonBytes)) {
    return std::nullopt;
  }
  return Bye{.code = static_cast<ByeCode>(message.code()), .reason = message.reason()};
}

std::optional<QueryHit> decode_query_hit(ByteView body) {
  pb::QueryHit message;
  if (!parse(body, message)) return std::nullopt;
  if (!message.signature().empty() && message.signature().size() != kSignatureBytes)
    return std::nullopt;
  if (message.cached_hops() > 0xFF) return std::nullopt;
  auto record = decode_record(message.record());
  if (!record) return std::nullopt;
  const ByteView signature = bytes_of(message.signature());
  const ByteView sent = bytes_of(message.record());
  return QueryHit{.record = std::move(*record),
                  .record_bytes = Bytes(sent.begin(), sent.end()),
                  .signature = Bytes(signature.begin(), signature.end()),
                  .cached_hops = static_cast<std::uint8_t>(message.cached_hops())};
}

}  // namespace freshet::wire
