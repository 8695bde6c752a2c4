// SPDX-License-Identifier: MIT
// A connection that the steps of a process share.
#include <lightflow/lightflow.hpp>

#include <fmt/core.h>

#include <memory>
#include <string>

namespace lf = lightflow;

/// Stands for the client of a database.
struct connection {
  explicit connection(std::string u) : url(std::move(u)) {
    fmt::print("connect to {}\n", url);
  }

  std::string url;
  int queries = 0;
};

using connection_ptr = std::shared_ptr<connection>;

lf::result<> query(lf::step& step) {
  auto database = step.attach("database", "db://main");
  if (!database)
    return database.reason();
  auto client = (*database)->entity<connection_ptr>();
  fmt::print("{}: query {}\n", step.name(), ++client->queries);
  return {};
}

lf::result<> fails(lf::step&) {
  return lf::fail("no luck");
}

int main() {
  lf::catalog catalog;
  catalog.resource("database")
    .on_initialize([](lf::resource& self, const lf::value& url) {
      self.put("opened for", self.process_name());
      return std::make_shared<connection>(url.as<std::string>());
    })
    .on_release([](lf::resource& self) {
      auto client = self.entity<connection_ptr>();
      fmt::print("close after {} queries for {}, which has {}\n",
                 client->queries, *self.fetch<std::string>("opened for"),
                 to_string(self.process_state()));
    });

  auto& process = catalog.flow_with_process("import");
  process.follow(lf::named("first", query), lf::named("second", query),
                 lf::named("fails", fails));

  lf::engine engine{catalog};
  return engine.run("import").has(lf::status::failed) ? 0 : 1;
}
