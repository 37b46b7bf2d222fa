#include <array>
#include <string>
#include <utility>

#include "node/api/browse_codec.h"
#include "node/api/codec.h"
#include "node/api/framing.h"
#include "node/api/id_codec.h"
#include "node/api/network_codec.h"
#include "node/api/search_codec.h"
#include "node/api/testbed_codec.h"
#include "node/api/torrent_codec.h"

#include "freshet/control/v1/control.pb.h"

namespace freshet::api {
namespace {

namespace pb = freshet::control::v1;

// ---- names that differ between the two worlds

constexpr std::array<std::pair<ErrorCode, pb::ErrorCode>, 9> kErrorCodes = {{
    {ErrorCode::invalid, pb::ERROR_CODE_INVALID},
    {ErrorCode::not_found, pb::ERROR_CODE_NOT_FOUND},
    {ErrorCode::no_daemon, pb::ERROR_CODE_NO_DAEMON},
    {ErrorCode::wrong_key, pb::ERROR_CODE_WRONG_KEY},
    {ErrorCode::no_source, pb::ERROR_CODE_NO_SOURCE},
    {ErrorCode::verification, pb::ERROR_CODE_VERIFICATION},
    {ErrorCode::io, pb::ERROR_CODE_IO},
    {ErrorCode::timed_out, pb::ERROR_CODE_TIMED_OUT},
    {ErrorCode::canceled, pb::ERROR_CODE_CANCELED},
}};
constexpr std::array<std::pair<DownloadState, pb::DownloadState>, 4> kDownloadStates = {{
    {DownloadState::fetching, pb::DOWNLOAD_STATE_FETCHING},
    {DownloadState::paused, pb::DOWNLOAD_STATE_PAUSED},
    {DownloadState::done, pb::DOWNLOAD_STATE_DONE},
    {DownloadState::failed, pb::DOWNLOAD_STATE_FAILED},
}};

template <typename Table, typename Ours>
auto theirs(const Table& table, Ours ours) {
  for (const auto& [one, other] : table) {
    if (one == ours) return other;
  }
  return table.front().second;
}
// `otherwise` for a code of a newer daemon.
template <typename Table, typename Theirs, typename Ours>
Ours ours(const Table& table, Theirs theirs, Ours otherwise) {
  for (const auto& [one, other] : table) {
    if (other == theirs) return one;
  }
  return otherwise;
}

void write(const RateInfo& from, pb::RateInfo& to) {
  to.set_up(from.up);
  to.set_down(from.down);
  to.set_polite(from.polite);
}
RateInfo read(const pb::RateInfo& from) {
  return {.up = from.up(), .down = from.down(), .polite = from.polite()};
}

void write(const Hashing& from, pb::Hashing& to) {
  to.set_files(from.files);
  to.set_bytes(from.bytes);
  to.set_bytes_per_second(from.bytes_per_second);
  to.set_paused(from.paused);
}
Hashing read(const pb::Hashing& from) {
  return {.files = from.files(),
          .bytes = from.bytes(),
          .bytes_per_second = from.bytes_per_second(),
          .paused = from.paused()};
}

// ---- out: one write() per reply

void write(const Error& from, pb::Reply& to) {
  to.mutable_error()->set_code(theirs(kErrorCodes, from.code));
  to.mutable_error()->set_message(from.message);
}
void write(const Done& /*from*/, pb::Reply& to) {
  to.mutable_done();
}
void write(const DaemonInfo& from, pb::Reply& to) {
  pb::DaemonInfo& info = *to.mutable_daemon_info();
  info.set_version(from.version);
  info.set_agent(from.agent);
  info.set_pid(from.pid);
}
void write(const StatusInfo& from, pb::Reply& to) {
  pb::StatusInfo& info = *to.mutable_status_info();
  write_id(from.id, *info.mutable_id());
  info.set_name(from.name);
  info.set_agent(from.agent);
  info.set_state_dir(from.state_dir);
  for (const std::string& address : from.listen) info.add_listen(address);
  info.set_peers(from.peers);
  info.set_shared_files(from.shared_files);
  info.set_shared_bytes(from.shared_bytes);
  info.set_hashed_files(from.hashed_files);
  info.set_hashed_bytes(from.hashed_bytes);
  info.set_uptime_ms(static_cast<std::uint64_t>(from.uptime.count()));
  for (const Counter& counter : from.counters) {
    pb::Counter& one = *info.add_counters();
    one.set_name(counter.name);
    one.set_value(counter.value);
  }
  info.set_mesh_id(from.mesh_id);
  info.set_mesh_name(from.mesh_name);
  for (const LimitInfo& limit : from.limits) {
    pb::Limit& one = *info.add_limits();
    one.set_name(limit.name);
    one.set_value(limit.value);
    if (limit.use) one.set_use(*limit.use);
  }
  write(from.rates, *info.mutable_rates());
  write(from.hashing, *info.mutable_hashing());
  info.set_share_problems(from.share_problems);
}
void write(const RateInfo& from, pb::Reply& to) {
  write(from, *to.mutable_rate_info());
}
void write(const InviteText& from, pb::Reply& to) {
  to.mutable_invite_text()->set_uri(from.uri);
}
void write(const PeerList& from, pb::Reply& to) {
  to.mutable_peer_list();
  for (const PeerInfo& peer : from.peers) {
    pb::Peer& one = *to.mutable_peer_list()->add_peers();
    write_id(peer.id, *one.mutable_id());
    one.set_addr(peer.addr);
    one.set_name(peer.name);
    one.set_outgoing(peer.direction == Direction::out);
    if (peer.rtt_ms) one.set_rtt_ms(*peer.rtt_ms);
    one.set_bytes_in(peer.bytes_in);
    one.set_bytes_out(peer.bytes_out);
  }
}
void write(const Joined& from, pb::Reply& to) {
  pb::Joined& joined = *to.mutable_joined();
  write_id(from.id, *joined.mutable_id());
  joined.set_addr(from.addr);
  joined.set_name(from.name);
}
void write(const ShareCount& from, pb::Reply& to) {
  to.mutable_share_count()->set_files(from.files);
  to.mutable_share_count()->set_bytes(from.bytes);
}
void write(const ShareLines& from, pb::Reply& to) {
  write(from.hashing, *to.mutable_share_lines()->mutable_hashing());
  for (const ShareLine& share : from.shares) {
    pb::ShareLine& one = *to.mutable_share_lines()->add_shares();
    one.set_path(share.path);
    one.set_files(share.files);
    one.set_bytes(share.bytes);
    one.set_hashed_files(share.hashed_files);
    one.set_problem(share.problem);
    one.set_scanning(share.scanning);
    one.set_not_browsed(!share.browse);
  }
}
void write(const GetProgress& from, pb::Reply& to) {
  pb::GetProgress& progress = *to.mutable_get_progress();
  write_id(from.id, *progress.mutable_id());
  progress.set_done_bytes(from.done_bytes);
  progress.set_size_bytes(from.size_bytes);
  progress.set_sources(from.sources);
  progress.set_ready_bytes(from.ready_bytes);
  progress.set_part(from.part);
}
void write(const GetDone& from, pb::Reply& to) {
  pb::GetDone& done = *to.mutable_get_done();
  write_id(from.id, *done.mutable_id());
  done.set_path(from.path);
  done.set_size_bytes(from.size_bytes);
  done.set_seconds(from.seconds);
  done.set_sources(from.sources);
}
void write(const DownloadList& from, pb::Reply& to) {
  to.mutable_download_list();
  for (const DownloadInfo& download : from.downloads) {
    pb::Download& one = *to.mutable_download_list()->add_downloads();
    write_id(download.id, *one.mutable_id());
    one.set_name(download.name);
    one.set_folder(download.folder);
    one.set_size_bytes(download.size_bytes);
    one.set_done_bytes(download.done_bytes);
    one.set_state(theirs(kDownloadStates, download.state));
    one.set_sources(download.sources);
  }
}

void write(const BlockInfos& from, pb::Reply& to) {
  pb::BlockInfos& infos = *to.mutable_block_infos();
  for (const BlockInfo& block : from.blocks) {
    pb::BlockInfo& one = *infos.add_blocks();
    if (block.node) write_id(*block.node, *one.mutable_node());
    if (block.content) write_id(*block.content, *one.mutable_content());
    one.set_by_user(block.by_user);
    one.set_by_moderator(block.by_moderator);
  }
  if (from.moderator) write_id(*from.moderator, *infos.mutable_moderator());
  infos.set_version(from.version);
}

// ---- in: one read() per reply; nullopt where an id has a wrong length

Error read(const pb::Error& from) {
  return {ours(kErrorCodes, from.code(), ErrorCode::io), from.message()};
}

DaemonInfo read(const pb::DaemonInfo& from) {
  return {.version = from.version(), .agent = from.agent(), .pid = from.pid()};
}

std::optional<Reply> read(const pb::StatusInfo& from) {
  StatusInfo info;
  if (!read_id(from.id(), info.id)) return std::nullopt;
  info.name = from.name();
  info.agent = from.agent();
  info.state_dir = from.state_dir();
  info.listen.assign(from.listen().begin(), from.listen().end());
  info.peers = from.peers();
  info.shared_files = from.shared_files();
  info.shared_bytes = from.shared_bytes();
  info.hashed_files = from.hashed_files();
  info.hashed_bytes = from.hashed_bytes();
  info.uptime = Millis(static_cast<Millis::rep>(from.uptime_ms()));
  for (const pb::Counter& counter : from.counters())
    info.counters.push_back({counter.name(), counter.value()});
  info.mesh_id = from.mesh_id();
  info.mesh_name = from.mesh_name();
  for (const pb::Limit& limit : from.limits()) {
    LimitInfo& one = info.limits.emplace_back();
    one.name = limit.name();
    one.value = limit.value();
    if (limit.has_use()) one.use = limit.use();
  }
  info.rates = read(from.rates());
  info.hashing = read(from.hashing());
  info.share_problems = from.share_problems();
  return info;
}

std::optional<Reply> read(const pb::PeerList& from) {
  PeerList list;
  for (const pb::Peer& one : from.peers()) {
    PeerInfo& peer = list.peers.emplace_back();
    if (!read_id(one.id(), peer.id)) return std::nullopt;
    peer.addr = one.addr();
    peer.name = one.name();
    peer.direction = one.outgoing() ? Direction::out : Direction::in;
    if (one.has_rtt_ms()) peer.rtt_ms = one.rtt_ms();
    peer.bytes_in = one.bytes_in();
    peer.bytes_out = one.bytes_out();
  }
  return list;
}

std::optional<Reply> read(const pb::Joined& from) {
  Joined joined{.id = {}, .addr = from.addr(), .name = from.name()};
  if (!read_id(from.id(), joined.id)) return std::nullopt;
  return joined;
}

ShareLines read(const pb::ShareLines& from) {
  ShareLines lines;
  lines.hashing = read(from.hashing());
  for (const pb::ShareLine& one : from.shares())
    lines.shares.push_back({.path = one.path(),
                            .files = one.files(),
                            .bytes = one.bytes(),
                            .hashed_files = one.hashed_files(),
                            .problem = one.problem(),
                            .scanning = one.scanning(),
                            .browse = !one.not_browsed()});
  return lines;
}

std::optional<Reply> read(const pb::GetProgress& from) {
  GetProgress progress{.id = {},
                       .done_bytes = from.done_bytes(),
                       .size_bytes = from.size_bytes(),
                       .sources = from.sources(),
                       .ready_bytes = from.ready_bytes(),
                       .part = from.part()};
  if (!read_id(from.id(), progress.id)) return std::nullopt;
  return progress;
}

std::optional<Reply> read(const pb::GetDone& from) {
  GetDone done{.id = {},
               .path = from.path(),
               .size_bytes = from.size_bytes(),
               .seconds = from.seconds(),
               .sources = from.sources()};
  if (!read_id(from.id(), done.id)) return std::nullopt;
  return done;
}

std::optional<Reply> read(const pb::DownloadList& from) {
  DownloadList list;
  for (const pb::Download& one : from.downloads()) {
    DownloadInfo& download = list.downloads.emplace_back();
    if (!read_id(one.id(), download.id)) return std::nullopt;
    download.name = one.name();
    download.folder = one.folder();
    download.size_bytes = one.size_bytes();
    download.done_bytes = one.done_bytes();
    download.state = ours(kDownloadStates, one.state(), DownloadState::paused);
    download.sources = one.sources();
  }
  return list;
}

std::optional<Reply> read(const pb::BlockInfos& from) {
  BlockInfos infos;
  for (const pb::BlockInfo& one : from.blocks()) {
    BlockInfo& block = infos.blocks.emplace_back();
    if (!read_optional_id(one.node(), block.node)) return std::nullopt;
    if (!read_optional_id(one.content(), block.content)) return std::nullopt;
    block.by_user = one.by_user();
    block.by_moderator = one.by_moderator();
  }
  if (!read_optional_id(from.moderator(), infos.moderator)) return std::nullopt;
  infos.version = from.version();
  return infos;
}

std::optional<Reply> read(const pb::Reply& from) {
  switch (from.kind_case()) {
    case pb::Reply::kError:
      return read(from.error());
    case pb::Reply::kDone:
      return Done{};
    case pb::Reply::kDaemonInfo:
      return read(from.daemon_info());
    case pb::Reply::kStatusInfo:
      return read(from.status_info());
    case pb::Reply::kPeerList:
      return read(from.peer_list());
    case pb::Reply::kJoined:
      return read(from.joined());
    case pb::Reply::kShareCount:
      return ShareCount{from.share_count().files(), from.share_count().bytes()};
    case pb::Reply::kShareLines:
      return read(from.share_lines());
    case pb::Reply::kHit:
      return api::read(from.hit());
    case pb::Reply::kSearchDone:
      return api::read(from.search_done());
    case pb::Reply::kBrowseDone:
      return api::read(from.browse_done());
    case pb::Reply::kGetProgress:
      return read(from.get_progress());
    case pb::Reply::kGetDone:
      return read(from.get_done());
    case pb::Reply::kDownloadList:
      return read(from.download_list());
    case pb::Reply::kInviteText:
      return InviteText{from.invite_text().uri()};
    case pb::Reply::kNetworkInfo:
      return api::read(from.network_info());
    case pb::Reply::kTestbedNews:
      return api::read(from.testbed_news());
    case pb::Reply::kBlockInfos:
      return read(from.block_infos());
    case pb::Reply::kTorrentText:
      return api::read(from.torrent_text());
    case pb::Reply::kRateInfo:
      return read(from.rate_info());
    case pb::Reply::KIND_NOT_SET:
      break;
  }
  return std::nullopt;
}

}  // namespace

Bytes encode_reply(const Reply& reply) {
  pb::Reply message;
  std::visit([&](const auto& from) { write(from, message); }, reply);
  if (message.ByteSizeLong() > kMaxReplyBytes) {
    message.Clear();
    write(Error{ErrorCode::invalid, "the answer is too large for the control socket"}, message);
  }
  return with_length(message);
}

std::optional<Reply> decode_reply(ByteView from) {
  pb::Reply message;
  if (from.size() > kMaxReplyBytes
      || !message.ParseFromArray(from.data(), static_cast<int>(from.size()))) {
    return std::nullopt;
  }
  return read(message);
}

}  // namespace freshet::api
