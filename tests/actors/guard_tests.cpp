// SPDX-License-Identifier: MIT
#include "network_fixture.hpp"

#include "../../actors/src/ended_connections.hpp"
#include "../support/raw_connection.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace lightflow;
using namespace lightflow::tests;

// What comes from others than engines, clients and workers.

namespace {

/// Keeps events until the test asks for them.
class event_log : public event_sink {
public:
  void emit(event x) noexcept override {
    std::lock_guard guard{mutex_};
    events_.push_back(std::move(x));
    came_.notify_all();
  }

  /// All since the last call, once there is one.
  std::vector<event> take() {
    std::unique_lock lock{mutex_};
    came_.wait_for(lock, 20s, [this] { return !events_.empty(); });
    return std::exchange(events_, {});
  }

  bool empty() {
    std::lock_guard guard{mutex_};
    return events_.empty();
  }

private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<event> events_;
};

template <class Network>
struct guarded : Network {
  guarded() {
    this->options.events.handle(event_stage::distribute,
                                [this](const event& x) { seen.emit(x); });
  }

  ~guarded() {
    this->engine_.reset(); // it still may tell
  }

  void check_told(std::string_view why) {
    auto xs = seen.take();
    BOOST_REQUIRE(xs.size() == 1U);
    BOOST_TEST((xs[0].stage == event_stage::distribute));
    BOOST_TEST((xs[0].layer == layer::flow));
    BOOST_TEST(xs[0].unit_name() == "");
    BOOST_TEST(xs[0].details.at("peer").starts_with("127.0.0.1:"));
    BOOST_TEST(xs[0].cause.message.find(why) != std::string::npos,
               xs[0].cause.message);
  }

  event_log seen;
};

using guard_fixture = guarded<network_fixture>;
using tls_guard_fixture = guarded<tls_fixture>;

} // namespace

BOOST_AUTO_TEST_SUITE(guard_tests)

BOOST_FIXTURE_TEST_CASE(what_is_no_message_ends_its_connection_only,
                        network_fixture) {
  auto port = engine().listen({"localhost", 0});
  auto hello = header(client_handshake, 4) + "\x01\x02\x03\x04";
  for (auto& bytes : {
         std::string(1000, 'x'),
         std::string(32, '\xff'),
         header(client_handshake, 0),
         header(0, 0),
         header(client_handshake, 0xFFFFFFFF),
         header(direct_message, 0xFFFFFFFF, 1),
         header(direct_message, 100, 1),
         hello,
       }) {
    raw_connection odd{port};
    odd.send(bytes);
    BOOST_TEST(odd.is_closed());
  }
  node other;
  check_service(other, port);
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_says_nothing_holds_up_nobody,
                        network_fixture) {
  auto port = engine().listen({"localhost", 0});
  raw_connection silent{port};
  raw_connection half{port};
  half.send(header(client_handshake, 1000));
  node other;
  check_service(other, port);
}

BOOST_FIXTURE_TEST_CASE(who_does_not_say_who_it_is_is_turned_away,
                        network_fixture) {
  caf::actor_system_config config;
  load_network(config);
  config.set("middleman.connection-timeout", caf::timespan{100ms});
  caf::actor_system system{config};
  lightflow::engine own{system, catalog};
  auto port = own.listen({"localhost", 0});
  raw_connection silent{port};
  BOOST_TEST(silent.is_closed());
  node other;
  check_service(other, port);
}

// -- events -------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(an_event_says_why_a_connection_was_ended,
                        guard_fixture) {
  std::vector<std::pair<std::string, std::string_view>> cases{
    {std::string(1000, 'x'), "is no message"},
    {header(client_handshake, 0), "handshake is empty"},
    {header(client_handshake, 0xFFFFFFFF), "a handshake of 4294967295 bytes"},
    {header(direct_message, 100, 1), "is no handshake"},
    {header(client_handshake, 4) + "\x01\x02\x03\x04", "cannot be read"},
  };
  for (auto& [bytes, why] : cases) {
    BOOST_TEST_CONTEXT(why) {
      engine_.reset();
      raw_connection odd{engine().listen({"localhost", 0})};
      odd.send(bytes);
      check_told(why);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(an_event_tells_of_a_peer_without_a_certificate,
                        tls_guard_fixture) {
  auto port = engine().listen({"localhost", 0});
  authority other;
  auto foreign = other.sign("client");
  foreign.authority = trusted.path("authority.pem");
  node pretender{{foreign}};
  BOOST_CHECK_THROW(pretender.find(port, 5s), error);
  check_told("certificates may not accept each other");
}

BOOST_FIXTURE_TEST_CASE(nodes_that_come_and_go_are_no_event, guard_fixture) {
  auto port = engine().listen({"localhost", 0});
  for (int i = 0; i < 3; ++i) {
    node other;
    other.find(port);
    check_service(other, port);
  }
  engine_.reset();
  BOOST_TEST(seen.empty());
}

BOOST_AUTO_TEST_CASE(an_engine_is_told_once_a_second_and_of_how_many) {
  ended_connections ended;
  event_log engine;
  ended.add(engine);
  ended.add(engine);
  ended_connections::time start{};
  for (int i = 0; i < 1000; ++i)
    ended.tell("1.2.3.4:5", "it is odd", start + i * 1us);
  ended.tell("", "it is odd", start + 1s);
  auto xs = engine.take();
  BOOST_REQUIRE(xs.size() == 2U);
  BOOST_TEST(xs[0].cause.message
             == "the connection from 1.2.3.4:5 was ended: it is odd");
  BOOST_TEST(xs[0].details.at("peer") == "1.2.3.4:5");
  BOOST_TEST(xs[1].cause.message
             == "the connection from a peer that is gone was ended: it is odd; "
                "so were 999 others since the last such event");
  BOOST_TEST(xs[1].details.empty());
  ended.remove(engine);
  ended.tell("", "it is odd", start + 10s);
  BOOST_TEST(engine.empty());
}

BOOST_AUTO_TEST_SUITE_END()
