// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// Runs the benchmarks whose names match the arguments (all without any), and prints a Markdown
// table. Google Benchmark's own options (--benchmark_...) work too.

#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

class MarkdownReporter : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context &) override
    {
        std::puts("| benchmark | time | CPU | iterations |\n| --- | ---: | ---: | ---: |");
        return true;
    }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const Run &run : runs) {
            if (run.error_occurred) {
                std::printf("| %s | failed: %s | | |\n", run.benchmark_name().c_str(),
                    run.error_message.c_str());
                m_failed = true;
                continue;
            }
            const char *unit = benchmark::GetTimeUnitString(run.time_unit);
            std::printf("| %s | %.1f %s | %.1f %s | %lld |\n", run.benchmark_name().c_str(),
                run.GetAdjustedRealTime(), unit, run.GetAdjustedCPUTime(), unit,
                static_cast<long long>(run.iterations));
        }
        std::fflush(stdout);
    }

    bool hasFailed() const { return m_failed; }

private:
    bool m_failed = false;
};

} // namespace

int main(int argc, char **argv)
{
    std::string filter = "--benchmark_filter=";
    const std::size_t none = filter.size();
    std::vector<char *> options = {argv[0]};
    for (int i = 1; i < argc; ++i) {
        if (std::strncmp(argv[i], "--", 2) == 0)
            options.push_back(argv[i]);
        else
            filter.append(filter.size() > none ? "|" : "").append(argv[i]);
    }
    if (filter.size() > none)
        options.push_back(filter.data());
    int count = int(options.size());
    benchmark::Initialize(&count, options.data());
    if (benchmark::ReportUnrecognizedArguments(count, options.data()))
        return 2;
    MarkdownReporter reporter;
    if (benchmark::RunSpecifiedBenchmarks(&reporter) == 0) {
        std::fputs("No benchmark has such a name.\n", stderr);
        return 1;
    }
    return reporter.hasFailed() ? 1 : 0;
}
