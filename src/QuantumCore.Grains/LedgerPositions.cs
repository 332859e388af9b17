using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.History;

namespace QuantumCore.Grains;

/// <summary>Positions and profits of accounts, computed from the history's trades as far as requested.</summary>
internal sealed class LedgerPositions(HistoryStore history)
{
    // Cached, because recomputing an account's trades from the first one would take longer and longer.
    private const int MostFolds = 4_096;

    private readonly Dictionary<(long Account, string Symbol, PositionMethod Method), Fold> _folds = [];

    /// <summary>Returns the positions of an account; the history must have its trades and splits.</summary>
    public async Task<ImmutableArray<PositionProfit>> FindAsync(long account, PositionMethod method)
    {
        var positions = ImmutableArray.CreateBuilder<PositionProfit>();
        var traded = await history.Trades.SymbolsOfAsync(account, CancellationToken.None);
        var renamed = await history.CorporateActions.NewSymbolsAsync(CancellationToken.None);
        foreach (var symbol in traded.Select(Newest).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            positions.Add(await FoldOf((account, symbol, method)).ForwardAsync(history, account, [.. Names(symbol)]));
        }

        return positions.DrainToImmutable();

        string Newest(string symbol)
        {
            while (renamed.TryGetValue(symbol, out var later))
            {
                symbol = later;
            }

            return symbol;
        }

        // Trades under an old name came before all trades under the new one.
        IEnumerable<string> Names(string newest) =>
            renamed.Where(change => change.Value == newest).SelectMany(change => Names(change.Key)).Append(newest);
    }

    private Fold FoldOf((long Account, string Symbol, PositionMethod Method) key)
    {
        if (!_folds.TryGetValue(key, out var fold))
        {
            if (_folds.Count >= MostFolds)
            {
                _folds.Clear();
            }

            _folds.Add(key, fold = new Fold(key.Method));
        }

        return fold;
    }

    /// <summary>An account's trades of an instrument under all its names, computed as far as requested.</summary>
    private sealed class Fold(PositionMethod method)
    {
        private readonly Dictionary<string, (TradeTime Last, int Splits)> _folded = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> _changes = new(StringComparer.Ordinal);
        private PositionCost _position = Nothing(method);
        private Task _forward = Task.CompletedTask;

        /// <summary>
        /// Applies the trades since the last call. One at a time: other callers wait and then check for themselves.
        /// </summary>
        /// <param name="history">The history with the trades.</param>
        /// <param name="account">The account.</param>
        /// <param name="names">Names of the instrument, the present one last.</param>
        public async Task<PositionProfit> ForwardAsync(HistoryStore history, long account, string[] names)
        {
            while (!_forward.IsCompleted)
            {
                await _forward.ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }

            await (_forward = ReadAsync(history, account, names));
            return new PositionProfit(
                names[^1], _position.Quantity, _position.Cost, _position.Realised, _position.Fees);
        }

        private static PositionCost Nothing(PositionMethod method) => new(
            method is PositionMethod.FirstInFirstOut or PositionMethod.FirstInFirstOutWithFees
                ? CostMethod.FirstInFirstOut
                : CostMethod.Average,
            method is PositionMethod.AverageWithFees or PositionMethod.FirstInFirstOutWithFees);

        /// <summary>
        /// Discards the result once a trade is busted or corrected, so that all trades are applied again with the
        /// change.
        /// </summary>
        private async Task ForgetWhenChangedAsync(HistoryStore history, string[] names)
        {
            foreach (var symbol in names)
            {
                var change = await history.Trades.LastChangeAsync(symbol, CancellationToken.None);
                if (change != _changes.GetValueOrDefault(symbol))
                {
                    _changes[symbol] = change;
                    _folded.Clear();
                    _position = Nothing(method);
                }
            }
        }

        private async Task ReadAsync(HistoryStore history, long account, string[] names)
        {
            await ForgetWhenChangedAsync(history, names);
            foreach (var symbol in names)
            {
                // Collected first, so that an interrupted read has applied nothing.
                var trades = new List<AccountTrade>();
                var (last, done) = _folded.GetValueOrDefault(symbol);
                last = await history.Trades.OfAccountAsync(account, symbol, last, trades.Add, CancellationToken.None);
                var splits = await history.CorporateActions.SplitsAsync(account, symbol, CancellationToken.None);
                foreach (var trade in trades)
                {
                    done = Split(splits, done, trade.TimeNanos);
                    _position.Fill(trade.Lots, trade.LotValue, trade.Fee);
                }

                // Its book was halted at the split, so later trades are in new units.
                _folded[symbol] = (last, Split(splits, done, long.MaxValue));
            }
        }

        private int Split(ImmutableArray<AccountSplit> splits, int done, long beforeNanos)
        {
            for (; done < splits.Length && splits[done].TimeNanos <= beforeNanos; done++)
            {
                _position.Split(splits[done].Share);
            }

            return done;
        }
    }
}
