// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "dense.hpp"
#include "gp_arguments.hpp"
#include "kernels/likelihood.cuh"
#include "kilofold/backend/lml_search.hpp"
#include "ops.hpp"
#include "session.hpp"

namespace kilofold::cuda {
namespace {

// Work memory of the searches side by side: up to n = 1000 a block for each multiprocessor of the largest device; the
// rest of its memory stays for what the caller keeps.
constexpr std::int64_t most_work_doubles = (std::int64_t{4} << 30) / 8;

/// A start of an item on its way.
struct Running {
  std::int64_t item;
  std::uint32_t start;
};

/// The training sets of a call and the device memory of the evaluations side by side. All starts of all items wait in
/// one queue; every step evaluates each search that is under way, and one that ends makes room for the next.
class Searches {
 public:
  Searches(const MaximizeLmlArgs& a, Flavour flavour, Session& s)
      : a_(a),
        flavour_(flavour),
        s_(s),
        n_basis_(basis_columns(a.mean, a.table->d)),
        searches_(static_cast<std::size_t>(a.n_items)) {
    std::int64_t n_searches = 0;
    for (std::int64_t i = 0; i < a.n_items; ++i) {
      most_rows_ = std::max(most_rows_, rows_used(i));
      n_searches += n_starts(a, i);
    }
    stride_ = LikelihoodItem::factor_doubles(most_rows_, n_basis_) + SymmetricInverse::doubles(most_rows_) +
              LikelihoodItem::vector_doubles(most_rows_, n_basis_, a.table->d) +
              Covariance::work_doubles(most_rows_, 0, a.table->d);
    n_places_ = std::clamp<std::int64_t>(most_work_doubles / stride_, 1, std::max<std::int64_t>(n_searches, 1));
    const std::int64_t n_sums = LikelihoodSums::doubles(a.table->d) * n_places_;
    const std::int64_t directions = most_rows_ * n_basis_ * a.n_items;
    sums_ = s.work.get<double>(static_cast<std::size_t>(n_sums + std::max(stride_ * n_places_, directions)));
    work_ = sums_ + n_sums;
    bases_ = s.kept.get<int>(static_cast<std::size_t>(ChosenBasis::ints(n_basis_) * a.n_items));
  }

  /// Search from every start of every item.
  void run();
  LmlAnswer answer(std::int64_t item) const {
    const std::vector<LmlSearch>& ends = searches_[static_cast<std::size_t>(item)];
    return ends.empty() ? no_answer(a_, item, 0, FitStatus::not_finite) : best_answer(a_, item, ends);
  }

 private:
  std::int64_t rows_used(std::int64_t item) const { return kilofold::rows_used(a_.rows[item], a_.scaled.replicates); }
  ChosenBasis basis_of(std::int64_t item) const { return {bases_ + item * ChosenBasis::ints(n_basis_)}; }
  LmlSearch& search_of(const Running& r) { return searches_[static_cast<std::size_t>(r.item)][r.start]; }
  std::vector<std::int64_t> choose_bases_of_finite_items();
  std::vector<double> evaluate(const std::vector<Running>& running, const std::vector<std::vector<double>>& thetas);
  void solve_by_vendor(const std::vector<LikelihoodItem>& items, const LikelihoodItem* on_device);
  LikelihoodItem item_of(std::int64_t item, const std::vector<double>& theta, std::int64_t place,
                         const double* scales) const;
  Noise noise_at(const std::vector<double>& theta) const {
    const auto d = static_cast<std::size_t>(a_.table->d);
    return noise_of(theta[d + 1], theta[d + 2], a_.table->n, a_.noise_floor);
  }
  void tell(const Running& running, const std::vector<double>& theta, const LikelihoodSums& sums);

  const MaximizeLmlArgs& a_;
  const Flavour flavour_;
  Session& s_;
  std::int64_t n_basis_;
  std::vector<std::vector<LmlSearch>> searches_;  ///< by item and start; none of an item that is not finite
  std::int64_t most_rows_ = 0;
  std::int64_t stride_ = 0;    ///< doubles of work memory an evaluation
  std::int64_t n_places_ = 0;  ///< evaluations side by side
  double* sums_ = nullptr;
  double* work_ = nullptr;
  int* bases_ = nullptr;
};

/// Items whose inputs are finite.
std::vector<std::int64_t> Searches::choose_bases_of_finite_items() {
  std::vector<LikelihoodSet> sets;
  for (std::int64_t i = 0; i < a_.n_items; ++i)
    sets.push_back({inputs_of(*a_.table, a_.scaled, a_.rows[i], i), static_cast<int>(n_basis_), basis_of(i),
                    work_ + i * most_rows_ * n_basis_});
  const LikelihoodSet* const on_device = s_.upload(sets, s_.shared_items);
  dev::launch(choose_bases, {"choose_bases", static_cast<unsigned>(sets.size()), factor_threads, 0}, s_.stream,
              on_device);
  std::vector<int> chosen(static_cast<std::size_t>(ChosenBasis::ints(n_basis_) * a_.n_items));
  dev::copy_to_host(chosen.data(), bases_, chosen.size(), s_.stream);
  s_.stream.synchronize();
  std::vector<std::int64_t> finite;
  for (std::int64_t i = 0; i < a_.n_items; ++i)
    if (ChosenBasis{chosen.data() + i * ChosenBasis::ints(n_basis_)}.finite() != 0) finite.push_back(i);
  return finite;
}

LikelihoodItem Searches::item_of(std::int64_t item, const std::vector<double>& theta, std::int64_t place,
                                 const double* scales) const {
  const std::int64_t d = a_.table->d;
  GpInputs in = inputs_of(*a_.table, a_.scaled, a_.rows[item], item);
  in.m = 0;
  const Noise noise = noise_at(theta);
  double* const factor = work_ + place * stride_;
  double* const inverse = factor + LikelihoodItem::factor_doubles(most_rows_, n_basis_);
  double* const vectors = inverse + SymmetricInverse::doubles(most_rows_);
  double* const divided = vectors + LikelihoodItem::vector_doubles(most_rows_, n_basis_, d);
  return {.covariance = {in, {a_.kernel.kernel, theta[static_cast<std::size_t>(d)]}, scales, noise.ratio, divided},
          .signal = noise.signal,
          .n_basis = static_cast<int>(n_basis_),
          .basis = basis_of(item),
          .factor = factor,
          .inverse = {inverse, in.u},
          .vectors = vectors,
          .sums = {sums_ + place * LikelihoodSums::doubles(d)}};
}

void Searches::solve_by_vendor(const std::vector<LikelihoodItem>& items, const LikelihoodItem* on_device) {
  std::vector<DenseItem> dense;
  std::vector<double*> inverses;
  for (const LikelihoodItem& item : items) {
    dense.push_back({item.covariance, item.identity(), item.rows(), item.factor});
    inverses.push_back(item.inverse.data);
  }
  const Infos infos = factorise_dense(dense, s_);
  dev::launch(settle_likelihoods, {"settle_likelihoods", static_cast<unsigned>(items.size()), factor_threads, 0},
              s_.stream, on_device, infos);
  invert_dense(dense, inverses, s_);
}

/// LikelihoodSums of each search at its hyperparameters.
std::vector<double> Searches::evaluate(const std::vector<Running>& running,
                                       const std::vector<std::vector<double>>& thetas) {
  const std::int64_t d = a_.table->d;
  std::vector<double> scales;
  for (const std::vector<double>& theta : thetas) scales.insert(scales.end(), theta.begin(), theta.begin() + d);
  const double* const scales_on_device = s_.upload(scales, s_.parameters);
  std::vector<LikelihoodItem> items;
  for (std::size_t r = 0; r < running.size(); ++r) {
    const auto place = static_cast<std::int64_t>(r);
    items.push_back(item_of(running[r].item, thetas[r], place, scales_on_device + place * d));
  }
  const LikelihoodItem* const on_device = s_.upload(items, s_.items);
  const auto n = static_cast<unsigned>(items.size());
  const auto columns = static_cast<unsigned>((most_rows_ + pair_columns - 1) / pair_columns);
  if (flavour_ == Flavour::vendor) {
    solve_by_vendor(items, on_device);
  } else {
    dev::launch(factor_likelihoods, {"factor_likelihoods", n, factor_threads, 0}, s_.stream, on_device);
    dev::launch(invert_likelihoods, {"invert_likelihoods", {n, product_blocks(most_rows_)}, product_threads, 0},
                s_.stream, on_device);
  }
  dev::launch(sum_pairs, {"sum_pairs", {n, columns}, pair_threads, 0}, s_.stream, on_device);
  dev::launch(gather_sums, {"gather_sums", n, pair_threads, 0}, s_.stream, on_device);
  std::vector<double> sums(running.size() * static_cast<std::size_t>(LikelihoodSums::doubles(d)));
  dev::copy_to_host(sums.data(), sums_, sums.size(), s_.stream);
  s_.stream.synchronize();
  return sums;
}

void Searches::tell(const Running& running, const std::vector<double>& theta, const LikelihoodSums& sums) {
  const auto d = static_cast<std::size_t>(a_.table->d);
  std::vector<double> slope(d + 3, 0.0);
  if (sums.positive_definite() == 0.0) return search_of(running).tell(std::nan(""), slope);
  const Noise noise = noise_at(theta);
  const Evidence evidence{sums.quadratic(), 2.0 * sums.log_diagonal(), rows_used(running.item),
                          a_.rows[running.item].n_train, sums.within()};
  const VarianceSlopes slopes = variance_slopes(evidence, sums.trace(), sums.square(), noise);
  std::copy(sums.by_feature(), sums.by_feature() + d, slope.begin());
  slope[d] = sums.by_alpha();
  slope[d + 1] = slopes.by_noise;
  slope[d + 2] = slopes.by_signal;
  search_of(running).tell(log_marginal_likelihood(evidence, noise), slope);
}

void Searches::run() {
  std::vector<Running> waiting;
  for (const std::int64_t item : choose_bases_of_finite_items()) {
    for (std::uint32_t start = 0; start < n_starts(a_, item); ++start) {
      searches_[static_cast<std::size_t>(item)].emplace_back(a_, item, start);
      waiting.push_back({item, start});
    }
  }
  std::vector<Running> running;
  auto next = waiting.begin();
  while (true) {
    while (next != waiting.end() && std::ssize(running) < n_places_) running.push_back(*next++);
    if (running.empty()) return;
    leave_if_stopped();
    std::vector<std::vector<double>> thetas;
    for (const Running& r : running) thetas.push_back(search_of(r).asked());
    std::vector<double> sums = evaluate(running, thetas);
    for (std::size_t r = 0; r < running.size(); ++r)
      tell(running[r], thetas[r], {sums.data() + static_cast<std::int64_t>(r) * LikelihoodSums::doubles(a_.table->d)});
    std::erase_if(running, [this](const Running& r) { return search_of(r).done(); });
  }
}

/// The answers into the caller's arrays, by one launch.
void write(const MaximizeLmlArgs& a, const std::vector<LmlAnswer>& answers, Session& s) {
  std::vector<LmlPlace> places;
  std::vector<double> numbers;
  std::vector<std::int32_t> counts;
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    const LmlAnswer& answer = answers[static_cast<std::size_t>(i)];
    places.push_back(
        {a.theta.data + i * a.theta.stride, a.log_marginal_likelihood.data + i * a.log_marginal_likelihood.stride,
         a.gradient_norm.data + i * a.gradient_norm.stride, a.iterations.data + i * a.iterations.stride, a.status + i});
    numbers.insert(numbers.end(), answer.theta.begin(), answer.theta.end());
    numbers.push_back(answer.log_marginal_likelihood);
    numbers.push_back(answer.gradient_norm);
    counts.push_back(answer.iterations);
    counts.push_back(static_cast<std::int32_t>(answer.status));
  }
  const LmlPlace* const places_on_device = s.upload(places, s.items);
  const double* const numbers_on_device = s.upload(numbers, s.parameters);
  const std::int32_t* const counts_on_device = s.upload(counts, s.kept);
  const auto blocks = static_cast<unsigned>((a.n_items + pair_threads - 1) / pair_threads);
  dev::launch(write_answers, {"write_answers", blocks, pair_threads, 0}, s.stream, places_on_device, numbers_on_device,
              counts_on_device, static_cast<int>(a.n_items), static_cast<int>(a.table->d + 3));
}

int run(const MaximizeLmlArgs* args, Flavour flavour) {
  return guarded("maximize_lml", [&] {
    check_matrices(*args);
    check_searches(*args);
    Session& s = session();
    Searches searches(*args, flavour, s);
    searches.run();
    std::vector<LmlAnswer> answers;
    for (std::int64_t i = 0; i < args->n_items; ++i) answers.push_back(searches.answer(i));
    write(*args, answers, s);
  });
}

}  // namespace

int maximize_lml(const MaximizeLmlArgs* args) { return run(args, Flavour::canonical); }
int vendor_maximize_lml(const MaximizeLmlArgs* args) { return run(args, Flavour::vendor); }

}  // namespace kilofold::cuda
