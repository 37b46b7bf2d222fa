// What holds between the keys of a scenario: sizes that a kind of topology can have, and an order
// of times. Complaints go to the section that they are about.
#pragma once

#include "node/bench/scenario.h"
#include "node/bench/section.h"

namespace freshet::bench {

void check_topology(const TopologySpec& topology, Section& section);
void check_links(const LinksSpec& links, Section& section);
void check_content(const ContentSpec& content, const TopologySpec& topology, Section& section);
void check_churn(const Scenario& scenario, Section& section);
void check_partition(const Scenario& scenario, Section& section);

}  // namespace freshet::bench
