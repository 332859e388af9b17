using System.Collections.Immutable;
using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.History;

namespace QuantumCore.Grains;

/// <summary>What accounts earned on what they traded: trades of the history, folded as far as somebody has asked.</summary>
public sealed partial class LedgerGrain
{
    // Folding an account's trades again from the first one each time would take longer and longer.
    private const int MostFolds = 4_096;

    private readonly Dictionary<(long Account, string Symbol, PositionMethod Method), Fold> _folds = [];

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<PositionProfit>> Positions(
        long account, PositionMethod method, ImmutableArray<SeenSequence> seen)
    {
        await CatchUpToAsync(seen);
        // A split stands between trades.
        await CatchUpAsync(HistoryChunk.StreamOf(account));
        var positions = ImmutableArray.CreateBuilder<PositionProfit>();
        foreach (var symbol in await history.TradedSymbolsAsync(account, CancellationToken.None))
        {
            positions.Add(await FoldOf((account, symbol, method)).ForwardAsync(history, account, symbol));
        }

        return positions.DrainToImmutable();
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

    /// <summary>An account's trades of a symbol, folded as far as somebody has asked.</summary>
    private sealed class Fold(PositionMethod method)
    {
        private readonly PositionCost _position = new(
            method is PositionMethod.FirstInFirstOut or PositionMethod.FirstInFirstOutWithFees ? CostMethod.FirstInFirstOut : CostMethod.Average,
            method is PositionMethod.AverageWithFees or PositionMethod.FirstInFirstOutWithFees);

        private TradeTime _last;
        private int _splits;
        private Task _forward = Task.CompletedTask;

        /// <summary>Folds what has come since. One at a time: who asks meanwhile waits, and then looks for himself.</summary>
        public async Task<PositionProfit> ForwardAsync(HistoryStore history, long account, string symbol)
        {
            while (!_forward.IsCompleted)
            {
                await _forward.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }

            await (_forward = ReadAsync(history, account, symbol));
            return new PositionProfit(symbol, _position.Quantity, _position.Cost, _position.Realised, _position.Fees);
        }

        private async Task ReadAsync(HistoryStore history, long account, string symbol)
        {
            // Gathered first: a reading that breaks off has folded nothing.
            var trades = new List<AccountTrade>();
            _last = await history.TradesAfterAsync(account, symbol, _last, trades.Add, CancellationToken.None);
            var splits = await history.SplitsAsync(account, symbol, CancellationToken.None);
            foreach (var trade in trades)
            {
                Split(splits, trade.TimeNanos);
                _position.Fill(trade.Lots, trade.LotValue, trade.Fee);
            }

            // Its book stood still: what trades later is of new units.
            Split(splits, long.MaxValue);
        }

        private void Split(ImmutableArray<AccountSplit> splits, long beforeNanos)
        {
            for (; _splits < splits.Length && splits[_splits].TimeNanos <= beforeNanos; _splits++)
            {
                if (_position.Quantity > 0)
                {
                    _position.Split(splits[_splits].Share);
                }
            }
        }
    }
}
