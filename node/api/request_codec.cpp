#include <algorithm>
#include <string>
#include <utility>

#include "node/api/browse_codec.h"
#include "node/api/codec.h"
#include "node/api/framing.h"
#include "node/api/network_codec.h"
#include "node/api/testbed_codec.h"
#include "node/api/torrent_codec.h"
#include "node/core/transfer/token_bucket.h"

#include "freshet/control/v1/control.pb.h"

namespace freshet::api {
namespace {

namespace pb = freshet::control::v1;

std::uint32_t to_ms(Millis duration) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(duration.count(), 0, std::int64_t{UINT32_MAX}));
}

// ---- out: one write() per request that has fields

void write(const PingRequest& /*from*/, pb::Request& to) {
  to.mutable_ping();
}
void write(const StatusRequest& /*from*/, pb::Request& to) {
  to.mutable_status();
}
void write(const PeersRequest& /*from*/, pb::Request& to) {
  to.mutable_peers();
}
void write(const JoinRequest& from, pb::Request& to) {
  to.mutable_join()->set_address(from.address);
  to.mutable_join()->set_timeout_ms(to_ms(from.timeout));
}
void write(const ShareAddRequest& from, pb::Request& to) {
  to.mutable_share_add()->set_path(from.path);
  if (from.browse) to.mutable_share_add()->set_browse(*from.browse);
}
void write(const ShareRemoveRequest& from, pb::Request& to) {
  to.mutable_share_remove()->set_path(from.path);
}
void write(const ShareListRequest& /*from*/, pb::Request& to) {
  to.mutable_share_list();
}
void write(const ShareRescanRequest& /*from*/, pb::Request& to) {
  to.mutable_share_rescan();
}
void write(const ShareHashingRequest& from, pb::Request& to) {
  to.mutable_share_hashing()->set_paused(from.paused);
}
void write(const SearchRequest& from, pb::Request& to) {
  pb::Search& search = *to.mutable_search();
  for (const std::string& word : from.words) search.add_words(word);
  if (from.ttl) search.set_ttl(*from.ttl);
  if (from.timeout) search.set_timeout_ms(to_ms(*from.timeout));
  if (from.limit) search.set_limit(*from.limit);
  search.set_strategy(from.strategy);
  search.set_watch(from.watch);
  search.set_tally(from.tally);
}
void write(const ShareBrowseRequest& from, pb::Request& to) {
  to.mutable_share_browse()->set_path(from.path);
  to.mutable_share_browse()->set_allowed(from.allowed);
}
void write(const GetRequest& from, pb::Request& to) {
  pb::Get& get = *to.mutable_get();
  get.set_what(from.what);
  get.set_folder(from.folder);
  get.set_file_name(from.file_name);
  if (from.timeout) get.set_timeout_ms(to_ms(*from.timeout));
  get.set_rate(from.rate);
  get.set_in_order(from.in_order);
  get.set_polite(from.polite);
  for (const std::string& source : from.sources) get.add_sources(source);
  if (!from.range) return;
  get.set_offset(from.range->offset);
  if (from.range->length) get.set_length(*from.range->length);
}
void write(const RateRequest& from, pb::Request& to) {
  pb::Rate& rate = *to.mutable_rate();
  if (from.up) rate.set_up(*from.up);
  if (from.down) rate.set_down(*from.down);
  if (from.polite) rate.set_polite(*from.polite);
}
void write(const DownloadsRequest& /*from*/, pb::Request& to) {
  to.mutable_downloads();
}
void write(const BlockListRequest& /*from*/, pb::Request& to) {
  to.mutable_block_ls();
}
void write(const BlockRequest& from, pb::Request& to) {
  pb::Block& block = *to.mutable_block();
  block.set_what(from.what);
  block.set_unblock(from.unblock);
  block.set_sign(from.sign);
}
void write(const ModeratorRequest& from, pb::Request& to) {
  pb::Moderator& moderator = *to.mutable_moderator();
  if (from.key) moderator.set_key(std::string(text_of(from.key->view())));
  moderator.set_become(from.become);
}
void write(const DownRequest& /*from*/, pb::Request& to) {
  to.mutable_down();
}
void write(const InviteRequest& /*from*/, pb::Request& to) {
  to.mutable_invite();
}

// ---- in

Error malformed(std::string what) {
  return {ErrorCode::invalid, "the request is malformed: " + std::move(what)};
}

bool is_path(const std::string& path) {
  return !path.empty() && path.size() <= kMaxPathBytes && path.find('\0') == std::string::npos;
}

bool are_words(const google::protobuf::RepeatedPtrField<std::string>& words) {
  return static_cast<std::size_t>(words.size()) <= kMaxWords
         && std::all_of(words.begin(), words.end(), [](const std::string& word) {
              return !word.empty() && word.size() <= kMaxWordBytes;
            });
}

std::vector<std::string> take(google::protobuf::RepeatedPtrField<std::string>* words) {
  return {std::make_move_iterator(words->begin()), std::make_move_iterator(words->end())};
}

Result<Request> read_join(const pb::Join& join) {
  if (join.address().empty() || join.address().size() > kMaxWordBytes)
    return malformed("an address of no or of too many bytes");
  return Request(JoinRequest{.address = join.address(), .timeout = Millis(join.timeout_ms())});
}

Error no_path() {
  return malformed("a path that is none");
}

Result<Request> read_share_add(const pb::ShareAdd& share) {
  if (!is_path(share.path())) return no_path();
  ShareAddRequest request{.path = share.path()};
  if (share.has_browse()) request.browse = share.browse();
  return Request(std::move(request));
}

Result<Request> read_share_remove(const pb::ShareRemove& share) {
  if (!is_path(share.path())) return no_path();
  return Request(ShareRemoveRequest{.path = share.path()});
}

Result<Request> read_share_browse(const pb::ShareBrowse& share) {
  if (!is_path(share.path())) return no_path();
  return Request(ShareBrowseRequest{.path = share.path(), .allowed = share.allowed()});
}

Result<Request> read_browse(const pb::Browse& browse) {
  if (auto request = api::read(browse)) return std::move(*request);
  return malformed("nobody, or too long a name, to browse");
}

Result<Request> read_search(pb::Search& search) {
  if (!are_words(search.words()) || search.strategy().size() > kMaxWordBytes) {
    return malformed("too many words, or one that is empty or too long");
  }
  SearchRequest request{.words = take(search.mutable_words()),
                        .ttl = std::nullopt,
                        .timeout = std::nullopt,
                        .limit = std::nullopt,
                        .strategy = search.strategy(),
                        .watch = search.watch(),
                        .tally = search.tally()};
  if (search.has_ttl()) request.ttl = search.ttl();
  if (search.has_timeout_ms()) request.timeout = Millis(search.timeout_ms());
  if (search.has_limit()) request.limit = search.limit();
  return Request(std::move(request));
}

Error no_rate(std::uint64_t rate) {
  using core::transfer::TokenBucket;
  return malformed("a rate of " + std::to_string(rate) + " bytes a second; give "
                   + std::to_string(TokenBucket::kLeastRate) + " to "
                   + std::to_string(TokenBucket::kMaxRate) + ", or 0 for no limit");
}

// Of any content: whether it lies in this one is found out later.
bool is_range(const pb::Get& get) {
  constexpr std::uint64_t kMost = INT64_MAX;
  if (!get.in_order() || get.offset() > kMost) return false;
  return !get.has_length() || (get.length() > 0 && get.length() <= kMost - get.offset());
}

Result<Request> read_get(const pb::Get& get) {
  if (get.what().empty() || get.what().size() > kMaxWhatBytes)
    return malformed("nothing, or too much, to get");
  if (static_cast<std::size_t>(get.sources_size()) > kMaxGetSources)
    return malformed("too many sources");
  if (!get.folder().empty() && !is_path(get.folder())) return malformed("a folder that is none");
  if (!get.file_name().empty() && !is_path(get.file_name()))
    return malformed("a file name that is none");
  if (!core::transfer::TokenBucket::is_sensible(get.rate())) return no_rate(get.rate());
  GetRequest request{.what = get.what(),
                     .folder = get.folder(),
                     .file_name = get.file_name(),
                     .timeout = std::nullopt,
                     .rate = get.rate(),
                     .in_order = get.in_order(),
                     .polite = get.polite(),
                     .sources = {get.sources().begin(), get.sources().end()}};
  if (get.has_timeout_ms()) request.timeout = Millis(get.timeout_ms());
  if (get.has_offset() || get.has_length()) {
    if (!is_range(get)) return malformed("a range that is none");
    request.range = ByteRange{.offset = get.offset(), .length = std::nullopt};
    if (get.has_length()) request.range->length = get.length();
  }
  return Request(std::move(request));
}

Result<Request> read_rate(const pb::Rate& rate) {
  for (const std::uint64_t each : {rate.up(), rate.down()}) {
    if (!core::transfer::TokenBucket::is_sensible(each)) return no_rate(each);
  }
  RateRequest request;
  if (rate.has_up()) request.up = rate.up();
  if (rate.has_down()) request.down = rate.down();
  if (rate.has_polite()) request.polite = rate.polite();
  return Request(request);
}

Result<Request> or_malformed(std::optional<Request> request) {
  if (!request) return malformed("beyond a testbed's limits");
  return std::move(*request);
}

Result<Request> read_block(const pb::Block& block) {
  if (block.what().empty() || block.what().size() > kMaxWordBytes)
    return malformed("nothing, or too much, to block");
  return Request(
      BlockRequest{.what = block.what(), .unblock = block.unblock(), .sign = block.sign()});
}

Result<Request> read_moderator(const pb::Moderator& moderator) {
  ModeratorRequest request{.key = std::nullopt, .become = moderator.become()};
  if (!moderator.key().empty()) {
    if (moderator.key().size() != NodeKey::kSize) return malformed("a key of a wrong length");
    request.key = NodeKey::from(bytes_of(moderator.key()));
  }
  return Request(request);
}

Result<Request> read_torrent(const pb::Torrent& torrent) {
  if (auto request = api::read(torrent)) return std::move(*request);
  return malformed("nothing, or too much, to publish, or as what is unknown");
}

Result<Request> read(pb::Request& from) {
  switch (from.kind_case()) {
    case pb::Request::kPing:
      return Request(PingRequest{});
    case pb::Request::kStatus:
      return Request(StatusRequest{});
    case pb::Request::kPeers:
      return Request(PeersRequest{});
    case pb::Request::kJoin:
      return read_join(from.join());
    case pb::Request::kShareAdd:
      return read_share_add(from.share_add());
    case pb::Request::kShareRemove:
      return read_share_remove(from.share_remove());
    case pb::Request::kShareBrowse:
      return read_share_browse(from.share_browse());
    case pb::Request::kBrowse:
      return read_browse(from.browse());
    case pb::Request::kShareList:
      return Request(ShareListRequest{});
    case pb::Request::kShareRescan:
      return Request(ShareRescanRequest{});
    case pb::Request::kShareHashing:
      return Request(ShareHashingRequest{.paused = from.share_hashing().paused()});
    case pb::Request::kSearch:
      return read_search(*from.mutable_search());
    case pb::Request::kGet:
      return read_get(from.get());
    case pb::Request::kDownloads:
      return Request(DownloadsRequest{});
    case pb::Request::kBlockLs:
      return Request(BlockListRequest{});
    case pb::Request::kBlock:
      return read_block(from.block());
    case pb::Request::kModerator:
      return read_moderator(from.moderator());
    case pb::Request::kDown:
      return Request(DownRequest{});
    case pb::Request::kInvite:
      return Request(InviteRequest{});
    case pb::Request::kNetwork:
      return Request(api::read(from.network()));
    case pb::Request::kTestbedRun:
      return or_malformed(api::read(from.testbed_run()));
    case pb::Request::kTestbedLink:
      return or_malformed(api::read(from.testbed_link()));
    case pb::Request::kTestbedAsk:
      return or_malformed(api::read(from.testbed_ask()));
    case pb::Request::kTorrent:
      return read_torrent(from.torrent());
    case pb::Request::kRate:
      return read_rate(from.rate());
    case pb::Request::KIND_NOT_SET:
      break;
  }
  return Error{ErrorCode::invalid,
               "the daemon does not know this request: restart it from this version of freshet"};
}

}  // namespace

Bytes encode_request(const Request& request) {
  pb::Request message;
  message.set_version(kControlVersion);
  std::visit([&](const auto& from) { write(from, message); }, request);
  return with_length(message);
}

Result<Request> decode_request(ByteView from) {
  pb::Request message;
  if (from.size() > kMaxRequestBytes
      || !message.ParseFromArray(from.data(), static_cast<int>(from.size()))) {
    return malformed("not a message");
  }
  if (message.version() != kControlVersion) {
    return Error{ErrorCode::invalid,
                 "the daemon speaks control protocol " + std::to_string(kControlVersion)
                     + " and this command " + std::to_string(message.version())
                     + ": restart the daemon from this version of freshet"};
  }
  return read(message);
}

}  // namespace freshet::api
