// SPDX-License-Identifier: MIT
#include "network_fixture.hpp"

#include "../support/raw_connection.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

#include <msgpack.hpp>

#include <future>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>

using namespace lightflow;
using namespace lightflow::tests;

BOOST_AUTO_TEST_SUITE(network_tests)

BOOST_AUTO_TEST_CASE(endpoints_are_written_and_read) {
  for (auto text : {"localhost:4711", "10.0.0.1:0", "[::1]:65535"})
    BOOST_TEST(to_string(parse_endpoint(text)) == text);
  for (auto bad : {"", "localhost", ":1", "localhost:", "localhost:65536",
                   "localhost:-1", "::1:80", "host:80x"})
    BOOST_CHECK_EXCEPTION(parse_endpoint(bad), error,
                          code_is(error_code::bad_request));
}

BOOST_AUTO_TEST_CASE(only_what_stays_on_the_machine_is_loopback) {
  for (auto address : {"localhost", "127.0.0.1", "127.200.0.1", "::1"})
    BOOST_TEST(is_loopback({address, 1}));
  for (auto address : {"", "0.0.0.0", "::", "10.0.0.1", "example.org",
                       "127.0.0.1.example.org", "128.0.0.1", "localhost."})
    BOOST_TEST(!is_loopback({address, 1}));
}

BOOST_FIXTURE_TEST_CASE(an_engine_serves_another_node, network_fixture) {
  auto port = engine().listen({"127.0.0.1", 0});
  BOOST_TEST(port != 0);
  node other;
  check_service(other, port);
  auto whom = other.find(port);
  BOOST_CHECK_EXCEPTION(ask(other, whom, messages::run{"other"}), error,
                        code_is(error_code::unknown_flow));
  BOOST_CHECK_EXCEPTION(ask(other, whom, messages::look{"other"}), error,
                        says({"other"}));
}

BOOST_FIXTURE_TEST_CASE(plain_tcp_is_for_loopback_unless_allowed,
                        network_fixture) {
  BOOST_CHECK_EXCEPTION(engine().listen({"0.0.0.0", 0}), error,
                        code_is(error_code::unencrypted));
  BOOST_CHECK_EXCEPTION(engine().listen({"", 0}), error,
                        code_is(error_code::unencrypted));
  node other;
  BOOST_CHECK_EXCEPTION(connect(*other.system, {"192.0.2.1", 1}), error,
                        code_is(error_code::unencrypted));
  engine_.reset();
  options.network->allow_unencrypted = true;
  check_service(other, engine().listen({"0.0.0.0", 0}));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_listened_at_is_told, network_fixture) {
  auto port = engine().listen({"localhost", 0});
  BOOST_CHECK_EXCEPTION(engine().listen({"localhost", port}), error,
                        says({"cannot listen at localhost:", "in use"}));
  options.network->allow_unencrypted = true;
  engine_.reset();
  BOOST_CHECK_EXCEPTION(engine().listen({"192.0.2.1", 0}), error,
                        says({"192.0.2.1:0", "assign"}));
  BOOST_CHECK_EXCEPTION(engine().listen({"no.such.host.invalid", 0}), error,
                        code_is(error_code::cannot_listen));
}

BOOST_FIXTURE_TEST_CASE(an_engine_without_a_network_says_so, network_fixture) {
  options.network.reset();
  BOOST_CHECK_EXCEPTION(engine().listen({"localhost", 0}), error,
                        says({"engine_options::network"}));
}

BOOST_FIXTURE_TEST_CASE(an_engine_listens_in_a_system_that_it_is_given,
                        network_fixture) {
  node own;
  lightflow::engine one{*own.system, catalog};
  lightflow::engine two{*own.system, catalog};
  auto first = one.listen({"localhost", 0});
  auto second = two.listen({"localhost", 0});
  node other;
  check_service(other, first);
  check_service(other, second);
  BOOST_TEST((other.find(first) != other.find(second)));
}

BOOST_FIXTURE_TEST_CASE(a_system_that_lacks_something_is_told_of,
                        network_fixture) {
  caf::actor_system_config bare;
  caf::actor_system without_middleman{bare};
  lightflow::engine one{without_middleman, catalog};
  BOOST_CHECK_EXCEPTION(one.listen({"localhost", 0}), error,
                        says({"load_network"}));
  caf::actor_system_config loaded;
  loaded.load<caf::io::middleman>();
  caf::actor_system without_messages{loaded};
  lightflow::engine two{without_messages, catalog};
  BOOST_CHECK_EXCEPTION(two.listen({"localhost", 0}), error,
                        says({"add_message_types"}));
  node own;
  authority trusted;
  options.network->tls = trusted.sign("engine");
  lightflow::engine three{*own.system, catalog, options};
  BOOST_CHECK_EXCEPTION(three.listen({"localhost", 0}), error,
                        says({"without TLS"}));
}

BOOST_FIXTURE_TEST_CASE(the_end_of_an_engine_is_told_to_other_nodes,
                        network_fixture) {
  std::promise<void> entered;
  auto& held = catalog.flow_with_process("held");
  held.step("waits", [&](step& self) {
    std::promise<void> stopped;
    std::stop_callback leave{self.stop_token(), [&] { stopped.set_value(); }};
    entered.set_value();
    stopped.get_future().wait();
  });
  held.step("next", [](step&) {}).after("waits");
  auto port = engine().listen({"localhost", 0});
  node other;
  auto whom = other.find(port);
  caf::scoped_actor self{*other.system};
  self->monitor(whom);
  auto waits = self->request(whom, 60s, messages::run{"held"});
  entered.get_future().wait();
  engine_.reset();
  std::optional<error> refusal;
  waits.receive([](const messages::run_status&) {},
                [&](const caf::error& e) { refusal = from_caf(e); });
  BOOST_REQUIRE(refusal);
  BOOST_TEST((refusal->code() == error_code::engine_closed));
  bool told = false;
  self->receive([&](const caf::down_msg&) { told = true; },
                caf::after(60s) >> [] {});
  BOOST_TEST(told);
  BOOST_CHECK_EXCEPTION(other.find(port), error,
                        code_is(error_code::cannot_connect));
}

BOOST_FIXTURE_TEST_CASE(subscribers_on_other_nodes_hear_all_in_order,
                        network_fixture) {
  auto port = engine().listen({"localhost", 0});
  node other;
  auto whom = other.find(port);
  caf::scoped_actor self{*other.system};
  self->request(whom, 60s, messages::subscribe{})
    .receive([] {}, [](const caf::error& e) { throw from_caf(e); });
  auto run = ask(other, whom, messages::run{"flow", {}, "r1"});
  std::string heard;
  bool done = false;
  self->receive_while([&] { return !done; })(
    [&](const messages::step_completed&) { heard += 's'; },
    [&](const messages::process_completed&) { heard += 'p'; },
    [&](const messages::run_completed& x) {
      heard += 'r';
      done = x.run.id == "r1";
    });
  BOOST_TEST(heard == "spr");
}

namespace {

struct without_codec {};

struct codec_that_throws {
  template <class Packer>
  void msgpack_pack(Packer&) const {
    throw std::runtime_error("cannot be encoded now");
  }

  void msgpack_unpack(const msgpack::object&) {}
};

} // namespace

BOOST_FIXTURE_TEST_CASE(values_that_cannot_travel_are_refused_by_name,
                        network_fixture) {
  catalog.flow_with_process("odd").step("gives",
                                        [](step&) { return without_codec{}; });
  auto port = engine().listen({"localhost", 0});
  node other;
  auto whom = other.find(port);
  BOOST_CHECK_EXCEPTION(
    ask(other, whom, messages::run{"flow", {{"x", without_codec{}}}}), error,
    says({R"(input "x")", "without_codec", "no codec"}));
  auto run = ask(other, whom, messages::run{"odd", {}, "", {true, true}});
  BOOST_TEST(run.success());
  BOOST_CHECK_EXCEPTION(run.processes[0].steps[0].result.as<int>(), error,
                        says({"without_codec", "no codec"}));
}

BOOST_FIXTURE_TEST_CASE(a_codec_that_throws_ends_no_connection,
                        network_fixture) {
  catalog.flow_with_process("odd").step(
    "gives", [](step&) { return codec_that_throws{}; });
  auto port = engine().listen({"localhost", 0});
  node other;
  auto whom = other.find(port);
  for (int i = 0; i < 2; ++i) {
    auto run = ask(other, whom, messages::run{"odd", {}, "", {true, true}});
    BOOST_TEST(run.success());
    BOOST_CHECK_EXCEPTION(run.processes[0].steps[0].result.as<int>(), error,
                          says({"codec_that_throws", "codec threw"}));
  }
}

// -- steps by actors on other nodes -------------------------------------------

namespace {

/// Adds what it is shown, and ends when it is shown nothing.
caf::behavior adder(caf::event_based_actor* self) {
  return {[self](const step_request& x) -> step_answer {
    if (!x.has_key("n"))
      self->quit(caf::exit_reason::user_shutdown);
    return step_answer{x.get<int>("n").value_or(0)
                       + x.result<int>("first").value_or(0)}
      .set("from", x.id());
  }};
}

} // namespace

BOOST_AUTO_TEST_CASE(an_actor_on_another_node_does_steps) {
  node here, there;
  auto port = there.system->middleman().publish(there.system->spawn(adder), 0,
                                                "127.0.0.1");
  BOOST_REQUIRE(port);
  auto doer = here.system->middleman().remote_actor("127.0.0.1", *port);
  BOOST_REQUIRE(doer);
  catalog flows;
  auto& process = flows.flow_with_process("flow");
  process.step("first", [](step&) { return 40; });
  process.step("second", *doer, "first").reads("n");
  lightflow::engine engine{*here.system, flows};
  auto run = engine.run("flow", {{"n", 2}, {"unread", without_codec{}}});
  BOOST_TEST(run.success(), run.errors());
  auto second = run.process("flow").step("second");
  BOOST_TEST(second.result<int>().value() == 42);
  BOOST_TEST(second.get<std::string>("from").value()
             == run.id() + "/flow/second");
  engine.run("flow"); // ends the actor
  BOOST_TEST(says({"its actor ended before it answered"})(
    std::runtime_error{engine.run("flow").errors()}));
}

// -- TLS ----------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(nodes_of_one_authority_accept_each_other, tls_fixture) {
  auto port = engine().listen({"0.0.0.0", 0});
  node other{client_options()};
  check_service(other, port);
}

BOOST_FIXTURE_TEST_CASE(a_key_may_be_encrypted, tls_fixture) {
  auto files = trusted.encrypt_key(trusted.sign("engine"), "secret");
  options.network->tls = files;
  auto port = engine().listen({"localhost", 0});
  node other{client_options()};
  check_service(other, port);
  files.passphrase = "other";
  BOOST_CHECK_EXCEPTION(require_usable(files), error,
                        code_is(error_code::bad_tls));
}

BOOST_FIXTURE_TEST_CASE(others_are_turned_away, tls_fixture) {
  auto port = engine().listen({"localhost", 0});
  node plain;
  BOOST_CHECK_EXCEPTION(plain.find(port, 5s), error,
                        code_is(error_code::cannot_connect));
  authority other_authority;
  auto foreign = other_authority.sign("client");
  node stranger{{foreign}};
  BOOST_CHECK_EXCEPTION(stranger.find(port, 5s), error,
                        code_is(error_code::cannot_connect));
  // One that accepts the engine, but is not accepted by it.
  foreign.authority = trusted.path("authority.pem");
  node pretender{{foreign}};
  BOOST_CHECK_EXCEPTION(pretender.find(port, 5s), error,
                        code_is(error_code::cannot_connect));
  for (auto& bytes :
       {std::string(1000, 'x'), header(client_handshake, 0xFFFFFFFF),
        std::string("\x16\x03\x01\x02\x00\x01", 6) + std::string(600, 'y')}) {
    raw_connection odd{port};
    odd.send(bytes);
    BOOST_TEST(odd.is_closed());
  }
  node other{client_options()};
  check_service(other, port);
}

BOOST_FIXTURE_TEST_CASE(a_client_turns_an_engine_without_tls_away,
                        tls_fixture) {
  options.network->tls.reset();
  auto port = engine().listen({"localhost", 0});
  node other{client_options()};
  BOOST_CHECK_EXCEPTION(other.find(port, 5s), error,
                        code_is(error_code::cannot_connect));
}

BOOST_FIXTURE_TEST_CASE(a_file_that_is_gone_for_a_while_ends_no_program,
                        tls_fixture) {
  auto port = engine().listen({"localhost", 0});
  auto file = options.network->tls->certificate;
  auto away = file.string() + ".away";
  node before{client_options()};
  check_service(before, port);
  std::filesystem::rename(file, away);
  node meanwhile{client_options()};
  BOOST_CHECK_EXCEPTION(meanwhile.find(port), error,
                        code_is(error_code::cannot_connect));
  std::filesystem::rename(away, file);
  node after{client_options()};
  check_service(after, port);
}

BOOST_FIXTURE_TEST_CASE(files_that_are_wrong_are_told_at_once, tls_fixture) {
  auto good = trusted.sign("engine");
  auto other = trusted.sign("other");
  auto refused
    = [&](auto change, std::initializer_list<std::string_view> words) {
        auto files = good;
        change(files);
        options.network->tls = files;
        engine_.reset();
        BOOST_CHECK_EXCEPTION(engine(), error, code_is(error_code::bad_tls));
        BOOST_CHECK_EXCEPTION(require_usable(files), error, says(words));
      };
  refused([](auto& x) { x.certificate = "/no/such"; },
          {"/no/such", "certificate", "does not exist"});
  refused([](auto& x) { x.key = ""; }, {"key"});
  refused([](auto& x) { x.authority = "/"; }, {"authority", "cannot be read"});
  refused([&](auto& x) { x.key = other.key; }, {"key", "mismatch"});
  refused([&](auto& x) { x.certificate = x.key; }, {"certificate"});
  refused([&](auto& x) { x.authority = x.key; }, {"authority"});
}

BOOST_FIXTURE_TEST_CASE(a_dial_ends_when_its_time_is_over, network_fixture) {
  // It listens, but says nothing.
  int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(at);
  BOOST_REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&at), size) == 0);
  BOOST_REQUIRE(::listen(listener, 1) == 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size);
  node other;
  BOOST_CHECK_EXCEPTION(other.find(ntohs(at.sin_port), 100ms), error,
                        says({"did not answer in time"}));
  ::close(listener);
}

BOOST_AUTO_TEST_SUITE_END()
