// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/execute.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "execute/batch_runner.hpp"

namespace kilofold {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t most_waiting = 64;                          // finished batches that may wait for the callback
constexpr std::size_t most_waiting_of_device = 2;                 // they are large: one is written, one waits
constexpr double batch_seconds_on_device = 1;                     // of the device: its own cost table's
constexpr double cores_of_a_device = 240;                         // where a core's cost table planned
constexpr double shared_batch_seconds = 1e-3;                     // planned; shorter ones stay with one thread
constexpr auto longest_silence = std::chrono::milliseconds(100);  // between two reports of progress

std::int32_t cores() { return static_cast<std::int32_t>(std::max(1U, std::thread::hardware_concurrency())); }

/// Take the device for what this thread calls from now on.
void select_device(const Backend& backend, std::int32_t number) {
  std::array<char, 256> reason{};
  if (backend.select != nullptr && backend.select(number, reason.data(), reason.size()) != 0)
    throw MachineError(reason.data());
}

/// Threads that take batches, and the calling thread that hands over what they finish.
class Run {
 public:
  Run(const Plan& plan, const Dataset& data, const Backend& backend, const ExecuteOptions& options,
      const ExecuteHooks& hooks)
      : plan_(plan),
        backend_(backend),
        options_(options),
        hooks_(hooks),
        on_device_(backend.memory != nullptr),
        n_threads_(on_device_            ? 1
                   : options.threads > 0 ? options.threads
                                         : cores()),
        study_(plan, data, backend),
        schedule_(plan, options, hooks),
        next_(options.shard_index) {
    progress_.cells_total = schedule_.cells() / options.shard_count;
    progress_.planned_total = schedule_.planned_seconds() / options.shard_count;
    executed_.items.resize(plan.nodes.size());
  }

  Executed run();

 private:
  /// Batches for one thread, or a share of one that several have taken on.
  struct Task {
    struct Split {
      std::vector<Finished> shares;
      std::size_t missing;
    };
    std::vector<BatchRange> batches;
    FoldShare share;
    std::shared_ptr<Split> split;  ///< null: not shared
  };

  void work();
  Task next_task();
  void run_tasks(BatchRunner& runner);
  std::vector<BatchRange> next_batches();
  std::int32_t shares_of(const BatchRange& batch) const;
  /// One of a batch's groups; all have the same folds.
  const Group& group_of(const BatchRange& batch) const {
    return plan_.groups[static_cast<std::size_t>(plan_.families[batch.family].groups.front().value)].group;
  }
  void hand_in(const Task& task, Finished finished);
  void wait_and_hand_over();
  void hand_over(std::deque<Finished> batches);
  void fail(std::exception_ptr error);
  bool stopping() const { return failed_.load() || (hooks_.stop != nullptr && hooks_.stop->load()); }

  const Plan& plan_;
  const Backend& backend_;
  const ExecuteOptions& options_;
  const ExecuteHooks& hooks_;
  const bool on_device_;
  const std::int32_t n_threads_;
  const StudyData study_;
  const Schedule schedule_;
  const Clock::time_point start_ = Clock::now();

  std::mutex mutex_;  ///< guards what follows, down to cut_short_
  std::condition_variable changed_;
  std::int64_t next_;
  std::int64_t cells_finished_ = 0;
  std::int32_t working_ = 0;
  std::deque<Task> shares_;  ///< that nobody has begun
  std::deque<Finished> waiting_;
  std::exception_ptr error_;
  bool cut_short_ = false;  ///< stopped with work left
  std::atomic<bool> failed_ = false;

  Progress progress_;
  Executed executed_;
};

/// The next batches; where too few are left to keep all threads busy, only a share of the folds, and the others wait.
Run::Task Run::next_task() {
  const std::lock_guard lock(mutex_);
  if (shares_.empty()) {
    Task task{next_batches(), {}, nullptr};
    const std::int32_t n_shares = task.batches.empty() ? 1 : shares_of(task.batches.front());
    if (n_shares == 1) return task;
    task.split = std::make_shared<Task::Split>(
        Task::Split{std::vector<Finished>(static_cast<std::size_t>(n_shares)), static_cast<std::size_t>(n_shares)});
    task.share.step = n_shares;
    for (; task.share.first < n_shares; ++task.share.first) shares_.push_back(task);
  }
  Task task = std::move(shares_.front());
  shares_.pop_front();
  return task;
}

/// Among how many threads a batch that has just been taken is shared out. Its folds must be items of their own, down to
/// the anchor, and nothing may choose among its cells.
std::int32_t Run::shares_of(const BatchRange& batch) const {
  const Family& family = plan_.families[batch.family];
  const Group& group = group_of(batch);
  const Node& anchor = plan_.nodes[static_cast<std::size_t>(family.anchor.value)].node;
  const std::int64_t left = (schedule_.n_batches() - next_ + options_.shard_count - 1) / options_.shard_count;
  const double seconds = schedule_.unit_seconds(batch.family) * static_cast<double>(batch.slots.size());
  const bool enough_left = left >= n_threads_;
  if (on_device_ || enough_left || family.n_bundles > 0 || !anchor.reads.contains(group.fold)) return 1;
  return seconds < shared_batch_seconds ? 1 : std::min(n_threads_, group.n_folds);
}

/// On the CPU one batch; on a device as many as keep it busy for about a second.
std::vector<BatchRange> Run::next_batches() {
  std::vector<BatchRange> batches;
  const double most_seconds =
      batch_seconds_on_device * (plan_.switches.priced_for == PricedFor::cuda ? 1 : cores_of_a_device);
  double seconds = 0;
  double cells = static_cast<double>(cells_finished_);
  while (next_ < schedule_.n_batches()) {
    if (stopping() || (options_.limit > 0 && cells >= static_cast<double>(options_.limit))) {
      cut_short_ = cut_short_ || batches.empty();
      break;
    }
    BatchRange batch = schedule_.batch(next_);
    if (!batches.empty() && (batch.family != batches.front().family || seconds >= most_seconds)) break;
    next_ += options_.shard_count;
    const auto units = static_cast<double>(batch.slots.size());
    seconds += units * schedule_.unit_seconds(batch.family);
    cells += units * schedule_.unit_cells(batch.family);
    batches.push_back(std::move(batch));
    if (!on_device_) break;
  }
  return batches;
}

void Run::fail(std::exception_ptr error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(error);
  failed_ = true;
  changed_.notify_all();
}

void Run::run_tasks(BatchRunner& runner) {
  try {
    for (Task task = next_task(); !task.batches.empty(); task = next_task()) {
      runner.run(task.batches, task.share, [this, task](Finished finished) { hand_in(task, std::move(finished)); });
      if (options_.limit > 0) runner.drain();  // it counts what is finished
    }
  } catch (...) {
    fail(std::current_exception());
  }
  runner.drain();  // after a failure too: what an earlier call computed is whole
}

void Run::work() {
  std::vector<std::int64_t> items;
  try {
    select_device(backend_, options_.device);
    if (backend_.stop_when != nullptr) backend_.stop_when(hooks_.stop, options_.patience);
    BatchRunner runner(plan_, schedule_, study_, backend_, options_, [this] { return stopping(); });
    run_tasks(runner);
    items = runner.items();
  } catch (...) {
    fail(std::current_exception());
  }
  const std::lock_guard lock(mutex_);
  for (std::size_t n = 0; n < items.size(); ++n) executed_.items[n] += items[n];
  --working_;
  changed_.notify_all();
}

/// Let what a task gave wait for the callback; of a shared batch, once the last share is there.
void Run::hand_in(const Task& task, Finished finished) {
  std::unique_lock lock(mutex_);
  if (task.split != nullptr) {
    task.split->shares[static_cast<std::size_t>(task.share.first)] = std::move(finished);
    if (--task.split->missing > 0) return;
    lock.unlock();
    finished = join(std::move(task.split->shares), group_of(task.batches.front()), study_);
    lock.lock();
  }
  const std::size_t most = on_device_ ? most_waiting_of_device : most_waiting;
  changed_.wait(lock, [&] { return waiting_.size() < most || failed_.load(); });
  cells_finished_ += finished.cells;
  cut_short_ = cut_short_ || finished.cut_short;
  waiting_.push_back(std::move(finished));
  changed_.notify_all();
}

void Run::hand_over(std::deque<Finished> batches) {
  for (Finished& finished : batches) {
    executed_.cells += finished.cells;
    executed_.fits += finished.fits;
    executed_.inner_fits += finished.inner_fits;
    executed_.failed_fits += finished.failed_fits;
    progress_.cells_done += finished.cells;
    progress_.fits_done += finished.fits;
    progress_.inner_fits_done += finished.inner_fits;
    progress_.planned_done += finished.planned_seconds;
    if (hooks_.on_cells && !finished.blocks.empty()) hooks_.on_cells(std::move(finished.blocks));
  }
  progress_.elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  if (hooks_.on_progress) hooks_.on_progress(progress_);
}

void Run::wait_and_hand_over() {
  bool refused = false;  // by the callback; what the backend's failure leaves behind is handed over all the same
  while (true) {
    std::deque<Finished> batches;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, longest_silence, [&] { return !waiting_.empty() || working_ == 0; });
      if (waiting_.empty() && working_ == 0) return;
      batches = std::exchange(waiting_, {});
      changed_.notify_all();
    }
    if (refused) continue;
    try {
      hand_over(std::move(batches));
    } catch (...) {
      refused = true;
      fail(std::current_exception());
    }
  }
}

Executed Run::run() {
  working_ = n_threads_;
  std::vector<std::jthread> threads;
  for (std::int32_t t = 0; t < n_threads_; ++t) threads.emplace_back([this] { work(); });
  wait_and_hand_over();
  threads.clear();
  if (error_) std::rethrow_exception(error_);
  executed_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  executed_.complete = !cut_short_;
  return executed_;
}

}  // namespace

Executed execute(const Plan& plan, const Dataset& data, const Backend& backend, const ExecuteOptions& options,
                 const ExecuteHooks& hooks) {
  KILOFOLD_EXPECT(options.shard_count >= 1 && options.shard_index >= 0 && options.shard_index < options.shard_count);
  select_device(backend, options.device);
  return Run(plan, data, backend, options, hooks).run();
}

}  // namespace kilofold
