// Reading what a neighbour shares, and letting neighbours read. A question goes to one link, and
// the page that answers it comes back on that link alone: nothing of it is ever passed on. The host
// knows the files; what may be read is its business.
//
// What a neighbour can make this node do is bounded: so many of its questions wait for the host at
// a time, and the rate of its frames is that of Rated::browse. A page that nobody asked for on that
// link is dropped.
#pragma once

#include <cstddef>
#include <vector>

#include "node/base/digest.h"
#include "node/core/overlay/frame_reader.h"
#include "node/core/overlay/turn.h"

namespace freshet::core::overlay {

class Browsing {
 public:
  static constexpr std::size_t kMaxAsked = 64;         ///< own questions; one more fails
  static constexpr std::size_t kMaxServedPerLink = 4;  ///< questions that wait for the host

  void ask(Turn& turn, const AskBrowse& ask);
  void forget(BrowseId ask);
  void answer(Turn& turn, const AnswerBrowse& answer);
  /// Frames. Each is false when the body is malformed.
  bool on_request(Turn& turn, const Link& link, const Frame& frame);
  bool on_page(Turn& turn, const Link& link, const Frame& frame);
  /// What was asked there fails.
  void on_link_down(Turn& turn, LinkId link);

  [[nodiscard]] std::size_t asked() const { return asked_.size(); }
  void digest(Digest& digest) const;

 private:
  struct Asked {
    BrowseId ask;
    LinkId link;
    Guid request;
  };
  struct Served {
    LinkId link;
    Guid request;
  };
  std::vector<Asked> asked_;
  std::vector<Served> served_;
};

}  // namespace freshet::core::overlay
