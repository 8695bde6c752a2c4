// SPDX-License-Identifier: MIT
#pragma once

namespace lightflow {

class catalog;
class error;
class flow;
class flow_definition;
class process;
class process_definition;
class process_report;
class process_state;
class run_report;
class status;
class step;
class step_definition;
class step_report;
class topology;
class value;
class write_index;
struct failure;
struct flow_plan;
struct process_plan;
struct retry_policy;
struct step_plan;

template <class T>
class result;

} // namespace lightflow
