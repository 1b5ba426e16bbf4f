;; The inner loop of add-faces.ts. Addresses are in bytes.
(module
  (memory (export "memory") 1)

  ;; Adds bytes of `$faces` arrays (from 1 to 256) to 32-bit sums, `$length` of them at `$sums`. The
  ;; arrays begin at `$bytes`, `$stride` bytes apart. Reads up to 15 bytes beyond each array, and
  ;; reads and writes up to 60 bytes beyond the sums.
  (func (export "add")
    (param $bytes i32) (param $stride i32) (param $faces i32) (param $length i32) (param $sums i32)
    (local $k i32) (local $from i32) (local $end i32) (local $sixteen v128) (local $low v128) (local $high v128)
    (local.set $end (i32.add (local.get $bytes) (local.get $length)))
    (loop $each_sixteen
      (local.set $low (v128.const i32x4 0 0 0 0))
      (local.set $high (local.get $low))
      (local.set $k (i32.const 0))
      (local.set $from (local.get $bytes))
      (loop $each_face
        (local.set $sixteen (v128.load (local.get $from)))
        (local.set $low (i16x8.add (local.get $low) (i16x8.extend_low_i8x16_u (local.get $sixteen))))
        (local.set $high (i16x8.add (local.get $high) (i16x8.extend_high_i8x16_u (local.get $sixteen))))
        (local.set $from (i32.add (local.get $from) (local.get $stride)))
        (br_if $each_face (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $faces))))
      (v128.store (local.get $sums)
        (i32x4.add (v128.load (local.get $sums)) (i32x4.extend_low_i16x8_u (local.get $low))))
      (v128.store offset=16 (local.get $sums)
        (i32x4.add (v128.load offset=16 (local.get $sums)) (i32x4.extend_high_i16x8_u (local.get $low))))
      (v128.store offset=32 (local.get $sums)
        (i32x4.add (v128.load offset=32 (local.get $sums)) (i32x4.extend_low_i16x8_u (local.get $high))))
      (v128.store offset=48 (local.get $sums)
        (i32x4.add (v128.load offset=48 (local.get $sums)) (i32x4.extend_high_i16x8_u (local.get $high))))
      (local.set $sums (i32.add (local.get $sums) (i32.const 64)))
      (br_if $each_sixteen (i32.lt_u (local.tee $bytes (i32.add (local.get $bytes) (i32.const 16))) (local.get $end))))))
