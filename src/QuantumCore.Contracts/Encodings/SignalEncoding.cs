using static QuantumCore.Contracts.CatalogRecordEncoding;

namespace QuantumCore.Contracts.Encodings;

/// <summary>Encodes catalog records of webhook strategies and their signals.</summary>
internal static class SignalEncoding
{
    public static byte[] Encode(SignalStrategySet record)
    {
        var strategy = record.Strategy;
        var to = Start(Kind.SignalStrategy, record);
        to.Text(record.By);
        to.Text(strategy.Name);
        to.Count(strategy.Owner);
        to.Text(strategy.Secret);
        to.Bool(strategy.TakesPassphrase);
        to.Count(strategy.Targets.Length);
        foreach (var target in strategy.Targets)
        {
            to.Count(target.Account);
            to.Count(target.Percent);
        }

        to.Items(strategy.Symbols, static (ref to, symbol) => to.Text(symbol));

        to.Byte((byte)strategy.Policy);
        to.Count(strategy.MostInWindow);
        to.Count(strategy.WindowSeconds);
        to.Count(strategy.MostFailures);
        to.Count(strategy.PauseSeconds);
        to.Count(strategy.MaxAgeSeconds);
        to.Bool(strategy.IsClosed);
        return to.ToArray();
    }

    public static byte[] Encode(SignalFailed record)
    {
        var to = Start(Kind.SignalFailed, record);
        to.Text(record.Signal.Strategy);
        to.Text(record.Signal.Key);
        to.Count((int)record.Signal.Reason);
        to.Text(record.Signal.Detail);
        to.Text(record.Signal.Body);
        return to.ToArray();
    }

    public static byte[] Encode(SignalsPaused record)
    {
        var to = Start(Kind.SignalsPaused, record);
        to.Text(record.Strategy);
        to.Fixed64(record.UntilNanos);
        to.Text(record.By);
        return to.ToArray();
    }

    public static byte[] Encode(DeadSignalDropped record)
    {
        var to = Start(Kind.SignalDropped, record);
        to.Count(record.Id);
        to.Text(record.By);
        return to.ToArray();
    }

    public static SignalStrategySet ReadSignalStrategy(ref RecordReader from)
    {
        var (by, name, owner, secret, passphrase) = (from.Text(), from.Text(), from.Count(), from.Text(), from.Bool());
        var targets = from.Items(static (ref from) => new SignalTarget(from.Count(), from.Count32()));
        var symbols = from.Items(static (ref from) => from.Text());
        var strategy = new SignalStrategy(
            name, owner, secret, passphrase, targets, symbols,
            from.Member<SignalPolicy>(),
            from.Count32(), from.Count32(), from.Count32(), from.Count32(), from.Count32(), from.Bool());
        return new SignalStrategySet(from.TimeNanos, strategy, by);
    }
}
