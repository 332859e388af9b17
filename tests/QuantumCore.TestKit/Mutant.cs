namespace QuantumCore.TestKit;

/// <summary>Mutates valid messages.</summary>
public static class Mutant
{
    /// <summary>
    /// Returns the bytes with one to three changes: a byte changed, removed or added, or a run removed or doubled.
    /// </summary>
    public static byte[] Of(byte[] bytes, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var mutant = bytes.ToList();
        for (var changes = random.Next(1, 4); changes > 0 && mutant.Count > 1; changes--)
        {
            var at = random.Next(mutant.Count);
            switch (random.Next(5))
            {
                case 0:
                    mutant[at] = (byte)random.Next(256);
                    break;
                case 1:
                    mutant.RemoveAt(at);
                    break;
                case 2:
                    mutant.Insert(at, "0123456789\"{}[]:,.-eE\\"u8[random.Next(22)]);
                    break;
                case 3:
                    mutant.RemoveRange(at, Math.Min(random.Next(20), mutant.Count - at));
                    break;
                default:
                    mutant.InsertRange(at, mutant.Skip(at).Take(random.Next(20)).ToArray());
                    break;
            }
        }

        return [.. mutant];
    }
}
