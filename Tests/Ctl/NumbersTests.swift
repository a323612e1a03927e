import PurSightClient
import Testing

@testable import pursightctl

@Suite struct NumbersTests {
  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (336_776, "336,776"), (-1_234_567, "-1,234,567"),
    (Int64.min, "-9,223,372,036,854,775,808"),
  ])
  func `thousands are set apart`(value: Int64, text: String) {
    #expect(Numbers.grouped(value) == text)
  }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (31_053_850, "31.1 MB"),
    (999_600, "1.00 MB"), (123_456_789_012, "123 GB"),
  ])
  func `sizes have three digits and units of a thousand`(value: Int64, text: String) {
    #expect(Numbers.bytes(value) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (0.4, "0"), (999, "999"), (683_412.7, "683,000"), (1_234_567, "1,230,000"),
    (Double.infinity, "0"),
  ])
  func `speeds are rounded to three digits`(value: Double, text: String) {
    #expect(Numbers.rounded(value) == text)
  }

  @Test(arguments: [
    (Duration.milliseconds(7), "7 ms"), (.milliseconds(520), "0.5 s"), (.seconds(12), "12 s"),
    (.seconds(60), "1 min"), (.seconds(72), "1 min 12 s"), (.seconds(7500), "2 h 5 min"),
  ])
  func `durations have the two units that matter`(duration: Duration, text: String) {
    #expect(Numbers.duration(duration) == text)
  }

  @Test(arguments: [
    (1.0, "100.0"), (0.974, "97.4"), (0.99999, "99.9"), (0.0, "0.0"), (Double.nan, "–"),
  ])
  func `a share of almost all is not called all`(share: Double, text: String) {
    #expect(Numbers.percent(share) == text)
  }

  @Test(arguments: [
    (12.0, "12"), (1_234_567.0, "1,234,567"), (12.639, "12.64"), (0.00123456, "0.001235"),
    (-43.0, "-43"), (1e20, "1e+20"), (1039.4, "1,039"), (-0.5, "-0.5"),
  ])
  func `measured numbers keep four digits and drop zeros`(value: Double, text: String) {
    #expect(Numbers.measured(value) == text)
  }
}
