// Evaluates a network for rows of a file as the host engine does, again and again, and says how long each time took:
// our side of bench/against_onnxruntime.
//
//     evaluate_rows MODEL.safetensors TIME ROWS.npy OUT.npy CALLS THREADS
//
// Rows (n, dim) are what the network receives, and so is TIME; OUT.npy (n, dim) holds its outputs. What is timed goes
// from rows to rows. Prints one line of JSON: threads, variant and the seconds of each call.
#include <cstdint>
#include <exception>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/output.hpp"
#include "base/thread_pool.hpp"
#include "bench/stopwatch.hpp"
#include "data/npy.hpp"
#include "model/checkpoint.hpp"
#include "nn/host_network.hpp"
#include "sample/host_executor.hpp"
#include "sample/host_network_source.hpp"
#include "sample/host_parts.hpp"

namespace {

using namespace scorefield;

constexpr int kArguments = 7;

/// Register 1 ← the network's output for register 0.
diffusion::Program evaluation(double time) {
    diffusion::Program program;
    program.steps = 1;
    program.registers = 2;
    program.result = 1;
    program.ops = {{0, diffusion::Eval{.dst = 1, .src = 0, .c_noise = time}}};
    return program;
}

void evaluate_rows(const std::vector<std::string>& arguments) {
    const model::Checkpoint model = model::read_checkpoint(arguments[1]);
    const data::Points rows = data::read_points(arguments[3]);
    if (rows.dim != model::dim_of(model.network)) {
        throw base::request_error("rows of another size", arguments[3], "the network has other coordinates",
                                  "give (n, dim) rows");
    }
    const auto count = static_cast<std::uint32_t>(rows.count);
    base::ThreadPool pool(std::stoul(arguments[6]));
    const sample::HostNetworkSource source{nn::HostNetwork(model::evaluation_graph(model.network), model.tensors)};
    const sample::HostSource* const sources[] = {&source};
    const diffusion::Program program = evaluation(std::stod(arguments[2]));
    sample::HostExecutor executor(sources, count, program.registers);
    executor.load(executor.prepare(program, 0, {}));
    executor.set_particles({0, count});
    std::vector<float> outputs(rows.values.size(), std::numeric_limits<float>::quiet_NaN());
    const auto call = [&] {
        sample::for_host_parts(pool, 0, executor.blocks(),
                               [&](const sample::HostPart& part, nn::AlignedFloats& scratch) {
                                   for (std::size_t i = 0; i < part.count; ++i) {
                                       executor.take_rows(part.first + i, 0, rows.values);
                                       executor.run(0, part.first + i, 1, scratch);
                                       executor.give_rows(part.first + i, 1, outputs);
                                   }
                               });
    };
    call();
    nlohmann::ordered_json seconds = nlohmann::ordered_json::array();
    for (unsigned long i = std::stoul(arguments[5]); i > 0; --i) seconds.push_back(bench::seconds_of(call));
    data::write_npy(arguments[4], {rows.count, rows.dim}, outputs);
    base::print(base::json_line({{"threads", pool.threads()}, {"variant", source.variant()}, {"seconds", seconds}}));
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv, argv + argc);
    try {
        if (argc != kArguments) {
            throw base::request_error("bad command line", "evaluate_rows", "it takes six arguments",
                                      "see bench/against_onnxruntime");
        }
        evaluate_rows(arguments);
        return 0;
    } catch (const base::Error& error) {
        base::note_error(error.what());
        return error.exit_status();
    } catch (const std::exception& error) {
        base::note_error(base::error_line(error));
        return 1;
    }
}
