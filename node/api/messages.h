// What the command line asks of its daemon, and what it hears, as plain structs. Each request names
// what it may hear on the way (Event) and what ends it (Done); an Error ends any of them. A later
// request is a new struct here, a new line in each of the two variants, and a new function in
// Service. Schema: proto/freshet/control/v1/control.proto. Texts are bytes as the file system has
// them: print them with care.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/io/testbed/news.h"
#include "node/wire/bt/metainfo.h"
#include "node/wire/overlay/file_metadata.h"
#include "node/wire/overlay/tally.h"

namespace freshet::api {

inline constexpr std::uint32_t kControlVersion = 1;

// Limits on a request. More makes it malformed.
inline constexpr std::size_t kMaxWords = 256;  ///< of a search
inline constexpr std::size_t kMaxWordBytes = 1024;
inline constexpr std::size_t kMaxPathBytes = 4096;
inline constexpr std::size_t kMaxWhatBytes = 16384;  ///< of a `get`: magnet links are long
inline constexpr std::size_t kMaxGetSources = 64;

using Millis = std::chrono::milliseconds;

/// The Event of a request that has none; never sent.
struct NoEvent {
  friend bool operator==(const NoEvent&, const NoEvent&) = default;
};
/// Success without a value.
struct Done {
  friend bool operator==(const Done&, const Done&) = default;
};

// ---- what is heard

struct DaemonInfo {
  std::uint32_t version = kControlVersion;
  std::string agent;  ///< "freshet/0.1.0"
  std::uint32_t pid = 0;
  friend bool operator==(const DaemonInfo&, const DaemonInfo&) = default;
};

struct Counter {
  std::string name;
  std::uint64_t value = 0;
  friend bool operator==(const Counter&, const Counter&) = default;
};
/// What the node sends and fetches of contents at most, in bytes a second; 0: no limit.
struct RateInfo {
  std::uint64_t up = 0;
  std::uint64_t down = 0;
  bool polite = false;  ///< what is fetched gives way to other traffic
  friend bool operator==(const RateInfo&, const RateInfo&) = default;
};
/// What a peer can fill.
struct LimitInfo {
  std::string name;
  std::uint64_t value = 0;
  std::optional<std::uint64_t> use;  ///< nullopt where nobody counts
  friend bool operator==(const LimitInfo&, const LimitInfo&) = default;
};
/// How hashing of shared files stands.
struct Hashing {
  std::uint64_t files = 0;      ///< that wait or are being read
  std::uint64_t bytes = 0;      ///< of them that are still to be read
  double bytes_per_second = 0;  ///< 0: not known
  bool paused = false;
  friend bool operator==(const Hashing&, const Hashing&) = default;
};
struct StatusInfo {
  NodeKey id;
  std::string name;
  std::string agent;
  std::string state_dir;
  std::vector<std::string> listen;  ///< "ADDR:PORT"
  std::uint32_t peers = 0;
  std::uint64_t shared_files = 0;
  std::uint64_t shared_bytes = 0;
  std::uint64_t hashed_files = 0;
  std::uint64_t hashed_bytes = 0;
  Millis uptime{0};
  std::vector<Counter> counters;  ///< every counter of the node, flat names
  std::string mesh_id;            ///< "open", or 16 hexadecimal digits
  std::string mesh_name;
  std::vector<LimitInfo> limits;
  RateInfo rates;
  Hashing hashing;
  std::uint32_t share_problems = 0;  ///< shares with one
  friend bool operator==(const StatusInfo&, const StatusInfo&) = default;
};

/// What lets another node into this one's mesh: with the key, where it is a private one. Never log
/// it.
struct InviteText {
  std::string uri;  ///< store/invite.h
  friend bool operator==(const InviteText&, const InviteText&) = default;
};

enum class Direction : std::uint8_t { in, out };
/// One overlay link.
struct PeerInfo {
  NodeKey id;
  std::string addr;
  std::string name;
  Direction direction = Direction::in;
  std::optional<double> rtt_ms;  ///< nullopt until measured
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  friend bool operator==(const PeerInfo&, const PeerInfo&) = default;
};
struct PeerList {
  std::vector<PeerInfo> peers;
  friend bool operator==(const PeerList&, const PeerList&) = default;
};

struct Joined {
  NodeKey id;
  std::string addr;
  std::string name;
  friend bool operator==(const Joined&, const Joined&) = default;
};

/// What a scan found.
struct ShareCount {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const ShareCount&, const ShareCount&) = default;
};
struct ShareLine {
  std::string path;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t hashed_files = 0;
  std::string problem;  ///< why it is not offered, not whole or not watched; empty: nothing
  bool scanning = false;
  bool browse = true;  ///< neighbours may list it
  friend bool operator==(const ShareLine&, const ShareLine&) = default;
};
struct ShareLines {
  std::vector<ShareLine> shares;
  Hashing hashing;
  friend bool operator==(const ShareLines&, const ShareLines&) = default;
};

struct Hit {
  std::uint32_t n = 0;          ///< from 1; heard again with the same number when something changes
  std::optional<ContentId> id;  ///< nullopt until the answering node has hashed the file
  std::string name;
  std::uint64_t size_bytes = 0;
  std::uint32_t sources = 0;
  std::uint32_t hops = 0;
  std::vector<std::string> other_names = {};  ///< that the content has elsewhere
  std::uint32_t folder_files = 0;  ///< not 0: a folder, of so many files; their size is size_bytes
  bool is_cached = false;          ///< remembered by others, `up --cache`
  wire::FileMetadata metadata = {};  ///< what the file says of itself
  friend bool operator==(const Hit&, const Hit&) = default;
};
/// Whom a search reached and what it cost, its own node not counted: as neighbours say.
struct SearchTally {
  bool is_exact = false;  ///< else: at least
  wire::TallyCounts counts;
  friend bool operator==(const SearchTally&, const SearchTally&) = default;
};
struct SearchDone {
  std::uint32_t hits = 0;
  std::uint32_t answered = 0;  ///< distinct nodes with a hit
  double seconds = 0;
  std::uint32_t ttl = 0;                        ///< how many links it could travel
  std::vector<std::uint32_t> answered_at = {};  ///< nodes of `answered` at 0, 1, 2 ... hops
  std::vector<std::uint32_t> ranking = {};      ///< numbers of the results, best first
  std::optional<SearchTally> tally = {};        ///< where it was wanted
  friend bool operator==(const SearchDone&, const SearchDone&) = default;
};

/// The end of a browse.
struct BrowseDone {
  enum class Outcome : std::uint8_t {
    listed,
    refused,       ///< nothing that the node shares may be listed
    receive_only,  ///< it shares nothing at all
    too_old,       ///< its version cannot be asked
  };
  NodeKey node;
  std::string name;
  Outcome outcome = Outcome::listed;
  std::uint32_t files = 0;
  bool more = false;           ///< the limit ended it
  bool was_linked = false;     ///< it was no neighbour before
  std::uint32_t numbered = 0;  ///< files whose numbers `get` knows, at most
  double seconds = 0;
  friend bool operator==(const BrowseDone&, const BrowseDone&) = default;
};

struct GetProgress {
  ContentId id;
  std::uint64_t done_bytes = 0;  ///< verified
  std::uint64_t size_bytes = 0;
  std::uint32_t sources = 0;
  // In order alone:
  std::uint64_t ready_bytes = 0;  ///< all from the asked offset up to here is verified
  std::string part;               ///< the file that holds them, until the end
  friend bool operator==(const GetProgress&, const GetProgress&) = default;
};
struct GetDone {
  ContentId id;
  std::string path;
  std::uint64_t size_bytes = 0;
  double seconds = 0;
  std::uint32_t sources = 0;
  friend bool operator==(const GetDone&, const GetDone&) = default;
};

enum class DownloadState : std::uint8_t { fetching, paused, done, failed };
struct DownloadInfo {
  ContentId id;
  std::string name;
  std::string folder;
  std::uint64_t size_bytes = 0;
  std::uint64_t done_bytes = 0;  ///< verified
  DownloadState state = DownloadState::paused;
  std::uint32_t sources = 0;
  friend bool operator==(const DownloadInfo&, const DownloadInfo&) = default;
};
struct DownloadList {
  std::vector<DownloadInfo> downloads;
  friend bool operator==(const DownloadList&, const DownloadList&) = default;
};

struct FailedDial {
  std::string address;
  std::string error;  ///< of the last attempt
  friend bool operator==(const FailedDial&, const FailedDial&) = default;
};
/// What a peer found when it dialled this node.
struct DialBackInfo {
  enum class Verdict : std::uint8_t { unreachable, reached, declined };
  NodeKey peer;
  std::string address;  ///< of the peer
  Verdict verdict = Verdict::declined;
  friend bool operator==(const DialBackInfo&, const DialBackInfo&) = default;
};
/// How the node and its network reach each other.
struct NetworkInfo {
  bool discover = true;             ///< dials addresses that it learns
  bool beacon = true;               ///< sends beacons
  std::vector<std::string> places;  ///< where to: "eth0 10.0.0.5"
  std::uint64_t beacons_sent = 0;
  std::uint64_t beacons_heard = 0;
  std::uint64_t beacons_foreign = 0;  ///< of other meshes
  std::uint64_t known_hosts = 0;      ///< addresses that it may dial
  std::vector<FailedDial> failed;     ///< the last ones first
  std::vector<DialBackInfo> dial_backs;
  friend bool operator==(const NetworkInfo&, const NetworkInfo&) = default;
};
/// Something that is not wanted: one of the two ids.
struct BlockInfo {
  std::optional<NodeKey> node;
  std::optional<ContentId> content;
  bool by_user = false;
  bool by_moderator = false;
  friend bool operator==(const BlockInfo&, const BlockInfo&) = default;
};
struct BlockInfos {
  std::vector<BlockInfo> blocks;
  std::optional<NodeKey> moderator;  ///< who is obeyed
  std::uint64_t version = 0;         ///< of the moderator's list; 0: none came yet
  friend bool operator==(const BlockInfos&, const BlockInfos&) = default;
};

/// A content as BitTorrent clients take it.
struct TorrentText {
  ContentId id;
  std::string name;
  std::uint64_t size_bytes = 0;
  std::optional<InfoHash> v1;  ///< what its swarms are called
  std::optional<Sha256> v2;
  Bytes file;  ///< the torrent file
  std::string magnet;
  std::vector<std::string> trackers;  ///< empty: such clients are not answered
  friend bool operator==(const TorrentText&, const TorrentText&) = default;
};

// ---- what is asked

struct PingRequest {
  using Event = NoEvent;
  using Done = DaemonInfo;
  friend bool operator==(const PingRequest&, const PingRequest&) = default;
};
struct StatusRequest {
  using Event = NoEvent;
  using Done = StatusInfo;
  friend bool operator==(const StatusRequest&, const StatusRequest&) = default;
};
struct PeersRequest {
  using Event = NoEvent;
  using Done = PeerList;
  friend bool operator==(const PeersRequest&, const PeersRequest&) = default;
};
/// Ends at once; with `dial_back` when peers have dialled this node, or some seconds went by.
struct NetworkRequest {
  using Event = NoEvent;
  using Done = NetworkInfo;
  bool dial_back = false;
  friend bool operator==(const NetworkRequest&, const NetworkRequest&) = default;
};
/// Ends when the link stands, or with the reason why it does not.
struct JoinRequest {
  using Event = NoEvent;
  using Done = Joined;
  std::string address;  ///< HOST or HOST:PORT
  Millis timeout{10'000};
  friend bool operator==(const JoinRequest&, const JoinRequest&) = default;
};
/// Ends when the folder was scanned; its files are searchable then, and hashed later.
struct ShareAddRequest {
  using Event = NoEvent;
  using Done = ShareCount;
  std::string path;                 ///< absolute
  std::optional<bool> browse = {};  ///< neighbours may list it; nullopt: as it was
  friend bool operator==(const ShareAddRequest&, const ShareAddRequest&) = default;
};
struct ShareRemoveRequest {
  using Event = NoEvent;
  using Done = api::Done;
  std::string path;  ///< absolute
  friend bool operator==(const ShareRemoveRequest&, const ShareRemoveRequest&) = default;
};
/// Whether neighbours may list a share.
struct ShareBrowseRequest {
  using Event = NoEvent;
  using Done = api::Done;
  std::string path;  ///< absolute
  bool allowed = true;
  friend bool operator==(const ShareBrowseRequest&, const ShareBrowseRequest&) = default;
};
struct ShareListRequest {
  using Event = NoEvent;
  using Done = ShareLines;
  friend bool operator==(const ShareListRequest&, const ShareListRequest&) = default;
};
/// Ends when every share was scanned again; counts all of them.
struct ShareRescanRequest {
  using Event = NoEvent;
  using Done = ShareCount;
  friend bool operator==(const ShareRescanRequest&, const ShareRescanRequest&) = default;
};
/// Pauses hashing until it is resumed or the daemon ends.
struct ShareHashingRequest {
  using Event = NoEvent;
  using Done = api::Done;
  bool paused = false;
  friend bool operator==(const ShareHashingRequest&, const ShareHashingRequest&) = default;
};
/// Words as the user typed them; the daemon folds and splits them. Its results are what `get N`
/// means from now on.
struct SearchRequest {
  using Event = Hit;
  using Done = SearchDone;
  std::vector<std::string> words;  ///< as typed (core/search/query_text.h)
  std::optional<std::uint32_t> ttl;
  std::optional<Millis> timeout;
  std::optional<std::uint32_t> limit;  ///< results, after which the search ends
  std::string strategy;                ///< by name (core/strategy_id.h); empty: auto
  /// Asks again from time to time, and tells what is new; without `timeout` it has no end.
  bool watch = false;
  bool tally = false;  ///< whom it reached is wanted, too; the end waits for it
  friend bool operator==(const SearchRequest&, const SearchRequest&) = default;
};
/// Lists what a node shares. Its files are what `get N` means from now on.
struct BrowseRequest {
  using Event = Hit;
  using Done = BrowseDone;
  std::string peer;  ///< name, id or beginning of one, "ADDR:PORT"
  std::optional<std::uint32_t> limit;
  std::optional<Millis> timeout;  ///< of each answer
  friend bool operator==(const BrowseRequest&, const BrowseRequest&) = default;
};
/// Bytes of a content: [offset, offset + length), or to the end.
struct ByteRange {
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;  ///< 1 at least; with the offset below 2^63
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};
struct GetRequest {
  using Event = GetProgress;
  using Done = GetDone;
  std::string what;    ///< number of a result of the last search, id (64 hex), or unique prefix of
                       ///< one in it; or the absolute path of a torrent file, or a magnet link
  std::string folder;  ///< absolute; empty: the daemon's folder
  std::string file_name;                  ///< empty: as the hit says
  std::optional<Millis> timeout;          ///< gives up when no source appears for so long
  std::uint64_t rate = 0;                 ///< bytes a second at most; 0: no limit
  bool in_order = false;                  ///< to be read while it is fetched
  bool polite = false;                    ///< gives way to other traffic
  std::vector<std::string> sources = {};  ///< of a torrent: HOST:PORT of clients that have it
  std::optional<ByteRange> range = {};    ///< in order alone: what is read of it
  friend bool operator==(const GetRequest&, const GetRequest&) = default;
};
struct DownloadsRequest {
  using Event = NoEvent;
  using Done = DownloadList;
  friend bool operator==(const DownloadsRequest&, const DownloadsRequest&) = default;
};
/// Sets what it names, in later runs too, and answers what holds then.
struct RateRequest {
  using Event = NoEvent;
  using Done = RateInfo;
  std::optional<std::uint64_t> up;
  std::optional<std::uint64_t> down;
  std::optional<bool> polite = {};
  friend bool operator==(const RateRequest&, const RateRequest&) = default;
};
struct BlockListRequest {
  using Event = NoEvent;
  using Done = BlockInfos;
  friend bool operator==(const BlockListRequest&, const BlockListRequest&) = default;
};
/// Blocks or unblocks one thing: a node's id or the beginning of a known one's, a content's id, a
/// number or beginning of an id of the last search; "node:" or "content:" before a whole id says
/// which it is. Answers what it turned out to be.
struct BlockRequest {
  using Event = NoEvent;
  using Done = BlockInfos;
  std::string what;
  bool unblock = false;
  bool sign = false;  ///< on the moderator's list, with this node's moderator key
  friend bool operator==(const BlockRequest&, const BlockRequest&) = default;
};
/// Whose list is obeyed. Neither is set: nobody's.
struct ModeratorRequest {
  using Event = NoEvent;
  using Done = BlockInfos;
  std::optional<NodeKey> key;
  bool become = false;  ///< makes this node's moderator key where there is none, and obeys it
  friend bool operator==(const ModeratorRequest&, const ModeratorRequest&) = default;
};
/// Ends when the daemon begins to stop; the connection closes when it is gone.
struct DownRequest {
  using Event = NoEvent;
  using Done = api::Done;
  friend bool operator==(const DownRequest&, const DownRequest&) = default;
};

// ---- what a testbed asks of a daemon that was started for it (freshet up --testbed)

/// Becomes the node of that setup, and tells what it counts until the client goes: then the daemon
/// ends. First of all; once.
struct TestbedRunRequest {
  using Event = io::testbed::News;
  using Done = api::Done;
  io::testbed::Setup setup;
  friend bool operator==(const TestbedRunRequest&, const TestbedRunRequest&) = default;
};
/// Stays linked to these from now on. Its end comes after the news of all that was before it.
struct TestbedLinkRequest {
  using Event = NoEvent;
  using Done = api::Done;
  std::vector<std::string> peers;  ///< "ADDR:PORT"
  bool begins = false;             ///< the workload does: faults of links set in
  friend bool operator==(const TestbedLinkRequest&, const TestbedLinkRequest&) = default;
};
/// Asks, and does not wait for what comes of it.
struct TestbedAskRequest {
  using Event = NoEvent;
  using Done = api::Done;
  Guid guid;  ///< of the query
  std::vector<std::string> terms;
  std::uint32_t ttl = 7;
  std::uint32_t wanted = 0;
  std::string strategy;  ///< by name
  friend bool operator==(const TestbedAskRequest&, const TestbedAskRequest&) = default;
};

/// Publishes a content that the node shares. Ends when it was hashed for that.
struct TorrentRequest {
  using Event = NoEvent;
  using Done = TorrentText;
  std::string what;  ///< as of get
  wire::bt::TorrentKind kind = wire::bt::TorrentKind::v1;
  friend bool operator==(const TorrentRequest&, const TorrentRequest&) = default;
};

struct InviteRequest {
  using Event = NoEvent;
  using Done = InviteText;
  friend bool operator==(const InviteRequest&, const InviteRequest&) = default;
};

using Request = std::variant<PingRequest,
                             StatusRequest,
                             PeersRequest,
                             JoinRequest,
                             ShareAddRequest,
                             ShareRemoveRequest,
                             ShareListRequest,
                             ShareRescanRequest,
                             ShareHashingRequest,
                             SearchRequest,
                             GetRequest,
                             DownloadsRequest,
                             BlockListRequest,
                             BlockRequest,
                             ModeratorRequest,
                             DownRequest,
                             InviteRequest,
                             NetworkRequest,
                             TestbedRunRequest,
                             TestbedLinkRequest,
                             TestbedAskRequest,
                             TorrentRequest,
                             RateRequest,
                             BrowseRequest,
                             ShareBrowseRequest>;
using Reply = std::variant<Error,
                           Done,
                           DaemonInfo,
                           StatusInfo,
                           PeerList,
                           Joined,
                           ShareCount,
                           ShareLines,
                           Hit,
                           SearchDone,
                           GetProgress,
                           GetDone,
                           DownloadList,
                           InviteText,
                           NetworkInfo,
                           BlockInfos,
                           io::testbed::News,
                           TorrentText,
                           RateInfo,
                           BrowseDone>;

}  // namespace freshet::api
