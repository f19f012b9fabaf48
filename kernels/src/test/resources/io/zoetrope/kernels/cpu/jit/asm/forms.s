.intel_syntax noprefix
.text
mov rax, rbx
mov rcx, r8
mov rdx, r13
mov rbx, rdx
mov rsp, rdi
mov rbp, r12
mov rsi, rcx
mov rdi, rsi
mov r8, r11
mov r9, rax
mov r10, rbp
mov r11, r10
mov r12, r15
mov r13, rsp
mov r14, r9
mov r15, r14
add rax, rbx
add rcx, r8
add rdx, r13
add rbx, rdx
add rsp, rdi
add rbp, r12
add rsi, rcx
add rdi, rsi
add r8, r11
add r9, rax
add r10, rbp
add r11, r10
add r12, r15
add r13, rsp
add r14, r9
add r15, r14
sub rax, rbx
sub rcx, r8
sub rdx, r13
sub rbx, rdx
sub rsp, rdi
sub rbp, r12
sub rsi, rcx
sub rdi, rsi
sub r8, r11
sub r9, rax
sub r10, rbp
sub r11, r10
sub r12, r15
sub r13, rsp
sub r14, r9
sub r15, r14
or rax, rbx
or rcx, r8
or rdx, r13
or rbx, rdx
or rsp, rdi
or rbp, r12
or rsi, rcx
or rdi, rsi
or r8, r11
or r9, rax
or r10, rbp
or r11, r10
or r12, r15
or r13, rsp
or r14, r9
or r15, r14
cmp rax, rbx
cmp rcx, r8
cmp rdx, r13
cmp rbx, rdx
cmp rsp, rdi
cmp rbp, r12
cmp rsi, rcx
cmp rdi, rsi
cmp r8, r11
cmp r9, rax
cmp r10, rbp
cmp r11, r10
cmp r12, r15
cmp r13, rsp
cmp r14, r9
cmp r15, r14
imul rax, rbx
imul rcx, r8
imul rdx, r13
imul rbx, rdx
imul rsp, rdi
imul rbp, r12
imul rsi, rcx
imul rdi, rsi
imul r8, r11
imul r9, rax
imul r10, rbp
imul r11, r10
imul r12, r15
imul r13, rsp
imul r14, r9
imul r15, r14
mov rcx, 1
mov rsp, 1
mov rbp, 1
mov r13, 1
mov rcx, -1
mov rsp, -1
mov rbp, -1
mov r13, -1
mov rcx, 127
mov rsp, 127
mov rbp, 127
mov r13, 127
mov rcx, -128
mov rsp, -128
mov rbp, -128
mov r13, -128
mov rcx, 128
mov rsp, 128
mov rbp, 128
mov r13, 128
mov rcx, -129
mov rsp, -129
mov rbp, -129
mov r13, -129
mov rcx, 305419896
mov rsp, 305419896
mov rbp, 305419896
mov r13, 305419896
mov rcx, -2147483648
mov rsp, -2147483648
mov rbp, -2147483648
mov r13, -2147483648
mov rax, 5
add rcx, 1
add rsp, 1
add rbp, 1
add r13, 1
add rcx, -1
add rsp, -1
add rbp, -1
add r13, -1
add rcx, 127
add rsp, 127
add rbp, 127
add r13, 127
add rcx, -128
add rsp, -128
add rbp, -128
add r13, -128
add rcx, 128
add rsp, 128
add rbp, 128
add r13, 128
add rcx, -129
add rsp, -129
add rbp, -129
add r13, -129
add rcx, 305419896
add rsp, 305419896
add rbp, 305419896
add r13, 305419896
add rcx, -2147483648
add rsp, -2147483648
add rbp, -2147483648
add r13, -2147483648
add rax, 5
sub rcx, 1
sub rsp, 1
sub rbp, 1
sub r13, 1
sub rcx, -1
sub rsp, -1
sub rbp, -1
sub r13, -1
sub rcx, 127
sub rsp, 127
sub rbp, 127
sub r13, 127
sub rcx, -128
sub rsp, -128
sub rbp, -128
sub r13, -128
sub rcx, 128
sub rsp, 128
sub rbp, 128
sub r13, 128
sub rcx, -129
sub rsp, -129
sub rbp, -129
sub r13, -129
sub rcx, 305419896
sub rsp, 305419896
sub rbp, 305419896
sub r13, 305419896
sub rcx, -2147483648
sub rsp, -2147483648
sub rbp, -2147483648
sub r13, -2147483648
sub rax, 5
and rcx, 1
and rsp, 1
and rbp, 1
and r13, 1
and rcx, -1
and rsp, -1
and rbp, -1
and r13, -1
and rcx, 127
and rsp, 127
and rbp, 127
and r13, 127
and rcx, -128
and rsp, -128
and rbp, -128
and r13, -128
and rcx, 128
and rsp, 128
and rbp, 128
and r13, 128
and rcx, -129
and rsp, -129
and rbp, -129
and r13, -129
and rcx, 305419896
and rsp, 305419896
and rbp, 305419896
and r13, 305419896
and rcx, -2147483648
and rsp, -2147483648
and rbp, -2147483648
and r13, -2147483648
and rax, 5
cmp rcx, 1
cmp rsp, 1
cmp rbp, 1
cmp r13, 1
cmp rcx, -1
cmp rsp, -1
cmp rbp, -1
cmp r13, -1
cmp rcx, 127
cmp rsp, 127
cmp rbp, 127
cmp r13, 127
cmp rcx, -128
cmp rsp, -128
cmp rbp, -128
cmp r13, -128
cmp rcx, 128
cmp rsp, 128
cmp rbp, 128
cmp r13, 128
cmp rcx, -129
cmp rsp, -129
cmp rbp, -129
cmp r13, -129
cmp rcx, 305419896
cmp rsp, 305419896
cmp rbp, 305419896
cmp r13, 305419896
cmp rcx, -2147483648
cmp rsp, -2147483648
cmp rbp, -2147483648
cmp r13, -2147483648
cmp rax, 5
movabs rax, 81985529216486895
shl rax, 2
shr rax, 2
push rax
pop rax
movabs rcx, 163971058432973790
shl rcx, 6
shr rcx, 6
push rcx
pop rcx
movabs rdx, 245956587649460685
shl rdx, 10
shr rdx, 10
push rdx
pop rdx
movabs rbx, 327942116865947580
shl rbx, 14
shr rbx, 14
push rbx
pop rbx
movabs rsp, 409927646082434475
shl rsp, 18
shr rsp, 18
push rsp
pop rsp
movabs rbp, 491913175298921370
shl rbp, 22
shr rbp, 22
push rbp
pop rbp
movabs rsi, 573898704515408265
shl rsi, 26
shr rsi, 26
push rsi
pop rsi
movabs rdi, 655884233731895160
shl rdi, 30
shr rdi, 30
push rdi
pop rdi
movabs r8, 737869762948382055
shl r8, 34
shr r8, 34
push r8
pop r8
movabs r9, 819855292164868950
shl r9, 38
shr r9, 38
push r9
pop r9
movabs r10, 901840821381355845
shl r10, 42
shr r10, 42
push r10
pop r10
movabs r11, 983826350597842740
shl r11, 46
shr r11, 46
push r11
pop r11
movabs r12, 1065811879814329635
shl r12, 50
shr r12, 50
push r12
pop r12
movabs r13, 1147797409030816530
shl r13, 54
shr r13, 54
push r13
pop r13
movabs r14, 1229782938247303425
shl r14, 58
shr r14, 58
push r14
pop r14
movabs r15, 1311768467463790320
shl r15, 62
shr r15, 62
push r15
pop r15
mov rax, qword ptr [rax]
mov rdi, qword ptr [rbp]
mov r14, qword ptr [r13]
mov rbp, qword ptr [rsp]
mov r12, qword ptr [r12+64]
mov rbx, qword ptr [rdi-128]
mov r10, qword ptr [r9+127]
mov rcx, qword ptr [rsi+128]
mov r8, qword ptr [rbx+8128]
mov r15, qword ptr [r15+8192]
mov rsi, qword ptr [rdx-8192]
mov r13, qword ptr [rcx-8256]
mov rsp, qword ptr [r8+rax*1]
mov r11, qword ptr [rbp+r9*4]
mov rdx, qword ptr [r13+rcx*8+4]
mov r9, qword ptr [rsp+rbp*2+2]
mov rax, qword ptr [r10+r12*1+1016]
mov rdi, qword ptr [r11+r13*8-512]
mov r14, qword ptr [r14+r15*2+100000]
mov ebp, dword ptr [rax]
mov r12d, dword ptr [rbp]
mov ebx, dword ptr [r13]
mov r10d, dword ptr [rsp]
mov ecx, dword ptr [r12+64]
mov r8d, dword ptr [rdi-128]
mov r15d, dword ptr [r9+127]
mov esi, dword ptr [rsi+128]
mov r13d, dword ptr [rbx+8128]
mov esp, dword ptr [r15+8192]
mov r11d, dword ptr [rdx-8192]
mov edx, dword ptr [rcx-8256]
mov r9d, dword ptr [r8+rax*1]
mov eax, dword ptr [rbp+r9*4]
mov edi, dword ptr [r13+rcx*8+4]
mov r14d, dword ptr [rsp+rbp*2+2]
mov ebp, dword ptr [r10+r12*1+1016]
mov r12d, dword ptr [r11+r13*8-512]
mov ebx, dword ptr [r14+r15*2+100000]
movzx r10d, word ptr [rax]
movzx ecx, word ptr [rbp]
movzx r8d, word ptr [r13]
movzx r15d, word ptr [rsp]
movzx esi, word ptr [r12+64]
movzx r13d, word ptr [rdi-128]
movzx esp, word ptr [r9+127]
movzx r11d, word ptr [rsi+128]
movzx edx, word ptr [rbx+8128]
movzx r9d, word ptr [r15+8192]
movzx eax, word ptr [rdx-8192]
movzx edi, word ptr [rcx-8256]
movzx r14d, word ptr [r8+rax*1]
movzx ebp, word ptr [rbp+r9*4]
movzx r12d, word ptr [r13+rcx*8+4]
movzx ebx, word ptr [rsp+rbp*2+2]
movzx r10d, word ptr [r10+r12*1+1016]
movzx ecx, word ptr [r11+r13*8-512]
movzx r8d, word ptr [r14+r15*2+100000]
mov qword ptr [rax], r15
mov qword ptr [rbp], rsi
mov qword ptr [r13], r13
mov qword ptr [rsp], rsp
mov qword ptr [r12+64], r11
mov qword ptr [rdi-128], rdx
mov qword ptr [r9+127], r9
mov qword ptr [rsi+128], rax
mov qword ptr [rbx+8128], rdi
mov qword ptr [r15+8192], r14
mov qword ptr [rdx-8192], rbp
mov qword ptr [rcx-8256], r12
mov qword ptr [r8+rax*1], rbx
mov qword ptr [rbp+r9*4], r10
mov qword ptr [r13+rcx*8+4], rcx
mov qword ptr [rsp+rbp*2+2], r8
mov qword ptr [r10+r12*1+1016], r15
mov qword ptr [r11+r13*8-512], rsi
mov qword ptr [r14+r15*2+100000], r13
mov dword ptr [rax], esp
mov dword ptr [rbp], r11d
mov dword ptr [r13], edx
mov dword ptr [rsp], r9d
mov dword ptr [r12+64], eax
mov dword ptr [rdi-128], edi
mov dword ptr [r9+127], r14d
mov dword ptr [rsi+128], ebp
mov dword ptr [rbx+8128], r12d
mov dword ptr [r15+8192], ebx
mov dword ptr [rdx-8192], r10d
mov dword ptr [rcx-8256], ecx
mov dword ptr [r8+rax*1], r8d
mov dword ptr [rbp+r9*4], r15d
mov dword ptr [r13+rcx*8+4], esi
mov dword ptr [rsp+rbp*2+2], r13d
mov dword ptr [r10+r12*1+1016], esp
mov dword ptr [r11+r13*8-512], r11d
mov dword ptr [r14+r15*2+100000], edx
mov word ptr [rax], r9w
mov word ptr [rbp], ax
mov word ptr [r13], di
mov word ptr [rsp], r14w
mov word ptr [r12+64], bp
mov word ptr [rdi-128], r12w
mov word ptr [r9+127], bx
mov word ptr [rsi+128], r10w
mov word ptr [rbx+8128], cx
mov word ptr [r15+8192], r8w
mov word ptr [rdx-8192], r15w
mov word ptr [rcx-8256], si
mov word ptr [r8+rax*1], r13w
mov word ptr [rbp+r9*4], sp
mov word ptr [r13+rcx*8+4], r11w
mov word ptr [rsp+rbp*2+2], dx
mov word ptr [r10+r12*1+1016], r9w
mov word ptr [r11+r13*8-512], ax
mov word ptr [r14+r15*2+100000], di
lea r14, [rax]
lea rbp, [rbp]
lea r12, [r13]
lea rbx, [rsp]
lea r10, [r12+64]
lea rcx, [rdi-128]
lea r8, [r9+127]
lea r15, [rsi+128]
lea rsi, [rbx+8128]
lea r13, [r15+8192]
lea rsp, [rdx-8192]
lea r11, [rcx-8256]
lea rdx, [r8+rax*1]
lea r9, [rbp+r9*4]
lea rax, [r13+rcx*8+4]
lea rdi, [rsp+rbp*2+2]
lea r14, [r10+r12*1+1016]
lea rbp, [r11+r13*8-512]
lea r12, [r14+r15*2+100000]
prefetcht0 byte ptr [rax]
prefetcht0 byte ptr [rbp]
prefetcht0 byte ptr [r13]
prefetcht0 byte ptr [rsp]
prefetcht0 byte ptr [r12+64]
prefetcht0 byte ptr [rdi-128]
prefetcht0 byte ptr [r9+127]
prefetcht0 byte ptr [rsi+128]
prefetcht0 byte ptr [rbx+8128]
prefetcht0 byte ptr [r15+8192]
prefetcht0 byte ptr [rdx-8192]
prefetcht0 byte ptr [rcx-8256]
prefetcht0 byte ptr [r8+rax*1]
prefetcht0 byte ptr [rbp+r9*4]
prefetcht0 byte ptr [r13+rcx*8+4]
prefetcht0 byte ptr [rsp+rbp*2+2]
prefetcht0 byte ptr [r10+r12*1+1016]
prefetcht0 byte ptr [r11+r13*8-512]
prefetcht0 byte ptr [r14+r15*2+100000]
lea rax, [rip+57]
lea r13, [rip+57]
ret
vzeroupper
push rbx; push r15
vzeroupper; pop r15; pop rbx; ret
{disp32} jmp .+5
{disp32} jmp .+7; ret; ret
ret; ret; {disp32} jmp .-2
{disp32} je .+8; ret; ret
ret; ret; {disp32} je .-2
{disp32} jne .+8; ret; ret
ret; ret; {disp32} jne .-2
{disp32} jl .+8; ret; ret
ret; ret; {disp32} jl .-2
{disp32} jge .+8; ret; ret
ret; ret; {disp32} jge .-2
{disp32} jle .+8; ret; ret
ret; ret; {disp32} jle .-2
{disp32} jg .+8; ret; ret
ret; ret; {disp32} jg .-2
{load} vmovups xmm0, xmm2
{load} vmovups xmm15, xmm1
{load} vmovups xmm3, xmm8
{load} vmovups xmm8, xmm15
vmovups xmm0, xmmword ptr [rax]
vmovups xmm15, xmmword ptr [rbp]
vmovups xmm3, xmmword ptr [r13]
{load} vmovups xmm16, xmm2
{load} vmovups xmm3, xmm7
{load} vmovups xmm9, xmm31
{load} vmovups xmm31, xmm23
vmovups xmm16, xmmword ptr [rsp]
vmovups xmm3, xmmword ptr [r12+64]
vmovups xmm9, xmmword ptr [rdi-128]
vmovups xmm15, xmmword ptr [rip+56]
vmovups xmm16, xmmword ptr [rip+54]
{load} vmovups ymm0, ymm2
{load} vmovups ymm15, ymm1
{load} vmovups ymm3, ymm8
{load} vmovups ymm8, ymm15
vmovups ymm0, ymmword ptr [r9+127]
vmovups ymm15, ymmword ptr [rsi+128]
vmovups ymm3, ymmword ptr [rbx+8128]
{load} vmovups ymm16, ymm2
{load} vmovups ymm3, ymm7
{load} vmovups ymm9, ymm31
{load} vmovups ymm31, ymm23
vmovups ymm16, ymmword ptr [r15+8192]
vmovups ymm3, ymmword ptr [rdx-8192]
vmovups ymm9, ymmword ptr [rcx-8256]
vmovups ymm15, ymmword ptr [rip+56]
vmovups ymm16, ymmword ptr [rip+54]
{load} vmovups zmm0, zmm2
{load} vmovups zmm15, zmm1
{load} vmovups zmm3, zmm8
{load} vmovups zmm8, zmm15
vmovups zmm0, zmmword ptr [r8+rax*1]
vmovups zmm15, zmmword ptr [rbp+r9*4]
vmovups zmm3, zmmword ptr [r13+rcx*8+4]
{load} vmovups zmm16, zmm2
{load} vmovups zmm3, zmm7
{load} vmovups zmm9, zmm31
{load} vmovups zmm31, zmm23
vmovups zmm16, zmmword ptr [rsp+rbp*2+2]
vmovups zmm3, zmmword ptr [r10+r12*1+1016]
vmovups zmm9, zmmword ptr [r11+r13*8-512]
vmovups zmm15, zmmword ptr [rip+54]
vmovups zmm16, zmmword ptr [rip+54]
{store} vmovups xmm2, xmm0
{store} vmovups xmm1, xmm15
{store} vmovups xmm8, xmm3
{store} vmovups xmm15, xmm8
vmovups xmmword ptr [r14+r15*2+100000], xmm0
vmovups xmmword ptr [rax], xmm15
vmovups xmmword ptr [rbp], xmm3
{store} vmovups xmm2, xmm16
{store} vmovups xmm7, xmm3
{store} vmovups xmm31, xmm9
{store} vmovups xmm23, xmm31
vmovups xmmword ptr [r13], xmm16
vmovups xmmword ptr [rsp], xmm3
vmovups xmmword ptr [r12+64], xmm9
{store} vmovups ymm2, ymm0
{store} vmovups ymm1, ymm15
{store} vmovups ymm8, ymm3
{store} vmovups ymm15, ymm8
vmovups ymmword ptr [rdi-128], ymm0
vmovups ymmword ptr [r9+127], ymm15
vmovups ymmword ptr [rsi+128], ymm3
{store} vmovups ymm2, ymm16
{store} vmovups ymm7, ymm3
{store} vmovups ymm31, ymm9
{store} vmovups ymm23, ymm31
vmovups ymmword ptr [rbx+8128], ymm16
vmovups ymmword ptr [r15+8192], ymm3
vmovups ymmword ptr [rdx-8192], ymm9
{store} vmovups zmm2, zmm0
{store} vmovups zmm1, zmm15
{store} vmovups zmm8, zmm3
{store} vmovups zmm15, zmm8
vmovups zmmword ptr [rcx-8256], zmm0
vmovups zmmword ptr [r8+rax*1], zmm15
vmovups zmmword ptr [rbp+r9*4], zmm3
{store} vmovups zmm2, zmm16
{store} vmovups zmm7, zmm3
{store} vmovups zmm31, zmm9
{store} vmovups zmm23, zmm31
vmovups zmmword ptr [r13+rcx*8+4], zmm16
vmovups zmmword ptr [rsp+rbp*2+2], zmm3
vmovups zmmword ptr [r10+r12*1+1016], zmm9
vmovss xmm0, dword ptr [r11+r13*8-512]
vmovss xmm15, dword ptr [r14+r15*2+100000]
vmovss xmm3, dword ptr [rax]
vmovss xmm16, dword ptr [rbp]
vmovss xmm3, dword ptr [r13]
vmovss xmm9, dword ptr [rsp]
vmovss xmm15, dword ptr [rip+56]
vmovss xmm16, dword ptr [rip+54]
vmovss dword ptr [r12+64], xmm0
vmovss dword ptr [rdi-128], xmm15
vmovss dword ptr [r9+127], xmm3
vmovss dword ptr [rsi+128], xmm16
vmovss dword ptr [rbx+8128], xmm3
vmovss dword ptr [r15+8192], xmm9
vbroadcastss xmm0, xmm2
vbroadcastss xmm15, xmm1
vbroadcastss xmm3, xmm8
vbroadcastss xmm8, xmm15
vbroadcastss xmm0, dword ptr [rdx-8192]
vbroadcastss xmm15, dword ptr [rcx-8256]
vbroadcastss xmm3, dword ptr [r8+rax*1]
vbroadcastss xmm16, xmm2
vbroadcastss xmm3, xmm7
vbroadcastss xmm9, xmm31
vbroadcastss xmm31, xmm23
vbroadcastss xmm16, dword ptr [rbp+r9*4]
vbroadcastss xmm3, dword ptr [r13+rcx*8+4]
vbroadcastss xmm9, dword ptr [rsp+rbp*2+2]
vbroadcastss xmm15, dword ptr [rip+55]
vbroadcastss xmm16, dword ptr [rip+54]
vbroadcastss ymm0, xmm2
vbroadcastss ymm15, xmm1
vbroadcastss ymm3, xmm8
vbroadcastss ymm8, xmm15
vbroadcastss ymm0, dword ptr [r10+r12*1+1016]
vbroadcastss ymm15, dword ptr [r11+r13*8-512]
vbroadcastss ymm3, dword ptr [r14+r15*2+100000]
vbroadcastss ymm16, xmm2
vbroadcastss ymm3, xmm7
vbroadcastss ymm9, xmm31
vbroadcastss ymm31, xmm23
vbroadcastss ymm16, dword ptr [rax]
vbroadcastss ymm3, dword ptr [rbp]
vbroadcastss ymm9, dword ptr [r13]
vbroadcastss ymm15, dword ptr [rip+55]
vbroadcastss ymm16, dword ptr [rip+54]
vbroadcastss zmm0, xmm2
vbroadcastss zmm15, xmm1
vbroadcastss zmm3, xmm8
vbroadcastss zmm8, xmm15
vbroadcastss zmm0, dword ptr [rsp]
vbroadcastss zmm15, dword ptr [r12+64]
vbroadcastss zmm3, dword ptr [rdi-128]
vbroadcastss zmm16, xmm2
vbroadcastss zmm3, xmm7
vbroadcastss zmm9, xmm31
vbroadcastss zmm31, xmm23
vbroadcastss zmm16, dword ptr [r9+127]
vbroadcastss zmm3, dword ptr [rsi+128]
vbroadcastss zmm9, dword ptr [rbx+8128]
vbroadcastss zmm15, dword ptr [rip+54]
vbroadcastss zmm16, dword ptr [rip+54]
vmovhlps xmm0, xmm1, xmm2
vmovhlps xmm15, xmm7, xmm1
vmovhlps xmm3, xmm12, xmm8
vmovhlps xmm8, xmm9, xmm15
vmovhlps xmm16, xmm1, xmm2
vmovhlps xmm3, xmm24, xmm7
vmovhlps xmm9, xmm14, xmm31
vmovhlps xmm31, xmm17, xmm23
vaddps xmm0, xmm1, xmm2
vaddps xmm15, xmm7, xmm1
vaddps xmm3, xmm12, xmm8
vaddps xmm8, xmm9, xmm15
vaddps xmm0, xmm1, xmmword ptr [r15+8192]
vaddps xmm15, xmm7, xmmword ptr [rdx-8192]
vaddps xmm3, xmm12, xmmword ptr [rcx-8256]
vaddps xmm16, xmm1, xmm2
vaddps xmm3, xmm24, xmm7
vaddps xmm9, xmm14, xmm31
vaddps xmm31, xmm17, xmm23
vaddps xmm16, xmm1, xmmword ptr [r8+rax*1]
vaddps xmm3, xmm24, xmmword ptr [rbp+r9*4]
vaddps xmm9, xmm14, xmmword ptr [r13+rcx*8+4]
vaddps xmm15, xmm7, xmmword ptr [rip+56]
vaddps xmm16, xmm1, xmmword ptr [rip+54]
vaddps xmm0, xmm1, dword ptr [rsp+rbp*2+2]{1to4}
vaddps xmm15, xmm7, dword ptr [r10+r12*1+1016]{1to4}
vaddps xmm9, xmm14, dword ptr [r11+r13*8-512]{1to4}
vaddps xmm15{k1}{z}, xmm7, xmm5
vaddps xmm3{k1}{z}, xmm24, xmmword ptr [r14+r15*2+100000]
vaddps xmm0{k4}{z}, xmm1, xmm5
vaddps xmm16{k4}{z}, xmm1, xmmword ptr [rax]
vaddps xmm8{k7}{z}, xmm9, xmm5
vaddps xmm31{k7}{z}, xmm17, xmmword ptr [rbp]
vaddps ymm0, ymm1, ymm2
vaddps ymm15, ymm7, ymm1
vaddps ymm3, ymm12, ymm8
vaddps ymm8, ymm9, ymm15
vaddps ymm0, ymm1, ymmword ptr [r13]
vaddps ymm15, ymm7, ymmword ptr [rsp]
vaddps ymm3, ymm12, ymmword ptr [r12+64]
vaddps ymm16, ymm1, ymm2
vaddps ymm3, ymm24, ymm7
vaddps ymm9, ymm14, ymm31
vaddps ymm31, ymm17, ymm23
vaddps ymm16, ymm1, ymmword ptr [rdi-128]
vaddps ymm3, ymm24, ymmword ptr [r9+127]
vaddps ymm9, ymm14, ymmword ptr [rsi+128]
vaddps ymm15, ymm7, ymmword ptr [rip+56]
vaddps ymm16, ymm1, ymmword ptr [rip+54]
vaddps ymm0, ymm1, dword ptr [rbx+8128]{1to8}
vaddps ymm15, ymm7, dword ptr [r15+8192]{1to8}
vaddps ymm9, ymm14, dword ptr [rdx-8192]{1to8}
vaddps ymm15{k1}{z}, ymm7, ymm5
vaddps ymm3{k1}{z}, ymm24, ymmword ptr [rcx-8256]
vaddps ymm0{k4}{z}, ymm1, ymm5
vaddps ymm16{k4}{z}, ymm1, ymmword ptr [r8+rax*1]
vaddps ymm8{k7}{z}, ymm9, ymm5
vaddps ymm31{k7}{z}, ymm17, ymmword ptr [rbp+r9*4]
vaddps zmm0, zmm1, zmm2
vaddps zmm15, zmm7, zmm1
vaddps zmm3, zmm12, zmm8
vaddps zmm8, zmm9, zmm15
vaddps zmm0, zmm1, zmmword ptr [r13+rcx*8+4]
vaddps zmm15, zmm7, zmmword ptr [rsp+rbp*2+2]
vaddps zmm3, zmm12, zmmword ptr [r10+r12*1+1016]
vaddps zmm16, zmm1, zmm2
vaddps zmm3, zmm24, zmm7
vaddps zmm9, zmm14, zmm31
vaddps zmm31, zmm17, zmm23
vaddps zmm16, zmm1, zmmword ptr [r11+r13*8-512]
vaddps zmm3, zmm24, zmmword ptr [r14+r15*2+100000]
vaddps zmm9, zmm14, zmmword ptr [rax]
vaddps zmm15, zmm7, zmmword ptr [rip+54]
vaddps zmm16, zmm1, zmmword ptr [rip+54]
vaddps zmm0, zmm1, dword ptr [rbp]{1to16}
vaddps zmm15, zmm7, dword ptr [r13]{1to16}
vaddps zmm9, zmm14, dword ptr [rsp]{1to16}
vaddps zmm15{k1}{z}, zmm7, zmm5
vaddps zmm3{k1}{z}, zmm24, zmmword ptr [r12+64]
vaddps zmm0{k4}{z}, zmm1, zmm5
vaddps zmm16{k4}{z}, zmm1, zmmword ptr [rdi-128]
vaddps zmm8{k7}{z}, zmm9, zmm5
vaddps zmm31{k7}{z}, zmm17, zmmword ptr [r9+127]
vmulps xmm0, xmm1, xmm2
vmulps xmm15, xmm7, xmm1
vmulps xmm3, xmm12, xmm8
vmulps xmm8, xmm9, xmm15
vmulps xmm0, xmm1, xmmword ptr [rsi+128]
vmulps xmm15, xmm7, xmmword ptr [rbx+8128]
vmulps xmm3, xmm12, xmmword ptr [r15+8192]
vmulps xmm16, xmm1, xmm2
vmulps xmm3, xmm24, xmm7
vmulps xmm9, xmm14, xmm31
vmulps xmm31, xmm17, xmm23
vmulps xmm16, xmm1, xmmword ptr [rdx-8192]
vmulps xmm3, xmm24, xmmword ptr [rcx-8256]
vmulps xmm9, xmm14, xmmword ptr [r8+rax*1]
vmulps xmm15, xmm7, xmmword ptr [rip+56]
vmulps xmm16, xmm1, xmmword ptr [rip+54]
vmulps xmm0, xmm1, dword ptr [rbp+r9*4]{1to4}
vmulps xmm15, xmm7, dword ptr [r13+rcx*8+4]{1to4}
vmulps xmm9, xmm14, dword ptr [rsp+rbp*2+2]{1to4}
vmulps xmm15{k1}{z}, xmm7, xmm5
vmulps xmm3{k1}{z}, xmm24, xmmword ptr [r10+r12*1+1016]
vmulps xmm0{k4}{z}, xmm1, xmm5
vmulps xmm16{k4}{z}, xmm1, xmmword ptr [r11+r13*8-512]
vmulps xmm8{k7}{z}, xmm9, xmm5
vmulps xmm31{k7}{z}, xmm17, xmmword ptr [r14+r15*2+100000]
vmulps ymm0, ymm1, ymm2
vmulps ymm15, ymm7, ymm1
vmulps ymm3, ymm12, ymm8
vmulps ymm8, ymm9, ymm15
vmulps ymm0, ymm1, ymmword ptr [rax]
vmulps ymm15, ymm7, ymmword ptr [rbp]
vmulps ymm3, ymm12, ymmword ptr [r13]
vmulps ymm16, ymm1, ymm2
vmulps ymm3, ymm24, ymm7
vmulps ymm9, ymm14, ymm31
vmulps ymm31, ymm17, ymm23
vmulps ymm16, ymm1, ymmword ptr [rsp]
vmulps ymm3, ymm24, ymmword ptr [r12+64]
vmulps ymm9, ymm14, ymmword ptr [rdi-128]
vmulps ymm15, ymm7, ymmword ptr [rip+56]
vmulps ymm16, ymm1, ymmword ptr [rip+54]
vmulps ymm0, ymm1, dword ptr [r9+127]{1to8}
vmulps ymm15, ymm7, dword ptr [rsi+128]{1to8}
vmulps ymm9, ymm14, dword ptr [rbx+8128]{1to8}
vmulps ymm15{k1}{z}, ymm7, ymm5
vmulps ymm3{k1}{z}, ymm24, ymmword ptr [r15+8192]
vmulps ymm0{k4}{z}, ymm1, ymm5
vmulps ymm16{k4}{z}, ymm1, ymmword ptr [rdx-8192]
vmulps ymm8{k7}{z}, ymm9, ymm5
vmulps ymm31{k7}{z}, ymm17, ymmword ptr [rcx-8256]
vmulps zmm0, zmm1, zmm2
vmulps zmm15, zmm7, zmm1
vmulps zmm3, zmm12, zmm8
vmulps zmm8, zmm9, zmm15
vmulps zmm0, zmm1, zmmword ptr [r8+rax*1]
vmulps zmm15, zmm7, zmmword ptr [rbp+r9*4]
vmulps zmm3, zmm12, zmmword ptr [r13+rcx*8+4]
vmulps zmm16, zmm1, zmm2
vmulps zmm3, zmm24, zmm7
vmulps zmm9, zmm14, zmm31
vmulps zmm31, zmm17, zmm23
vmulps zmm16, zmm1, zmmword ptr [rsp+rbp*2+2]
vmulps zmm3, zmm24, zmmword ptr [r10+r12*1+1016]
vmulps zmm9, zmm14, zmmword ptr [r11+r13*8-512]
vmulps zmm15, zmm7, zmmword ptr [rip+54]
vmulps zmm16, zmm1, zmmword ptr [rip+54]
vmulps zmm0, zmm1, dword ptr [r14+r15*2+100000]{1to16}
vmulps zmm15, zmm7, dword ptr [rax]{1to16}
vmulps zmm9, zmm14, dword ptr [rbp]{1to16}
vmulps zmm15{k1}{z}, zmm7, zmm5
vmulps zmm3{k1}{z}, zmm24, zmmword ptr [r13]
vmulps zmm0{k4}{z}, zmm1, zmm5
vmulps zmm16{k4}{z}, zmm1, zmmword ptr [rsp]
vmulps zmm8{k7}{z}, zmm9, zmm5
vmulps zmm31{k7}{z}, zmm17, zmmword ptr [r12+64]
vsubps xmm0, xmm1, xmm2
vsubps xmm15, xmm7, xmm1
vsubps xmm3, xmm12, xmm8
vsubps xmm8, xmm9, xmm15
vsubps xmm0, xmm1, xmmword ptr [rdi-128]
vsubps xmm15, xmm7, xmmword ptr [r9+127]
vsubps xmm3, xmm12, xmmword ptr [rsi+128]
vsubps xmm16, xmm1, xmm2
vsubps xmm3, xmm24, xmm7
vsubps xmm9, xmm14, xmm31
vsubps xmm31, xmm17, xmm23
vsubps xmm16, xmm1, xmmword ptr [rbx+8128]
vsubps xmm3, xmm24, xmmword ptr [r15+8192]
vsubps xmm9, xmm14, xmmword ptr [rdx-8192]
vsubps xmm15, xmm7, xmmword ptr [rip+56]
vsubps xmm16, xmm1, xmmword ptr [rip+54]
vsubps xmm0, xmm1, dword ptr [rcx-8256]{1to4}
vsubps xmm15, xmm7, dword ptr [r8+rax*1]{1to4}
vsubps xmm9, xmm14, dword ptr [rbp+r9*4]{1to4}
vsubps xmm15{k1}{z}, xmm7, xmm5
vsubps xmm3{k1}{z}, xmm24, xmmword ptr [r13+rcx*8+4]
vsubps xmm0{k4}{z}, xmm1, xmm5
vsubps xmm16{k4}{z}, xmm1, xmmword ptr [rsp+rbp*2+2]
vsubps xmm8{k7}{z}, xmm9, xmm5
vsubps xmm31{k7}{z}, xmm17, xmmword ptr [r10+r12*1+1016]
vsubps ymm0, ymm1, ymm2
vsubps ymm15, ymm7, ymm1
vsubps ymm3, ymm12, ymm8
vsubps ymm8, ymm9, ymm15
vsubps ymm0, ymm1, ymmword ptr [r11+r13*8-512]
vsubps ymm15, ymm7, ymmword ptr [r14+r15*2+100000]
vsubps ymm3, ymm12, ymmword ptr [rax]
vsubps ymm16, ymm1, ymm2
vsubps ymm3, ymm24, ymm7
vsubps ymm9, ymm14, ymm31
vsubps ymm31, ymm17, ymm23
vsubps ymm16, ymm1, ymmword ptr [rbp]
vsubps ymm3, ymm24, ymmword ptr [r13]
vsubps ymm9, ymm14, ymmword ptr [rsp]
vsubps ymm15, ymm7, ymmword ptr [rip+56]
vsubps ymm16, ymm1, ymmword ptr [rip+54]
vsubps ymm0, ymm1, dword ptr [r12+64]{1to8}
vsubps ymm15, ymm7, dword ptr [rdi-128]{1to8}
vsubps ymm9, ymm14, dword ptr [r9+127]{1to8}
vsubps ymm15{k1}{z}, ymm7, ymm5
vsubps ymm3{k1}{z}, ymm24, ymmword ptr [rsi+128]
vsubps ymm0{k4}{z}, ymm1, ymm5
vsubps ymm16{k4}{z}, ymm1, ymmword ptr [rbx+8128]
vsubps ymm8{k7}{z}, ymm9, ymm5
vsubps ymm31{k7}{z}, ymm17, ymmword ptr [r15+8192]
vsubps zmm0, zmm1, zmm2
vsubps zmm15, zmm7, zmm1
vsubps zmm3, zmm12, zmm8
vsubps zmm8, zmm9, zmm15
vsubps zmm0, zmm1, zmmword ptr [rdx-8192]
vsubps zmm15, zmm7, zmmword ptr [rcx-8256]
vsubps zmm3, zmm12, zmmword ptr [r8+rax*1]
vsubps zmm16, zmm1, zmm2
vsubps zmm3, zmm24, zmm7
vsubps zmm9, zmm14, zmm31
vsubps zmm31, zmm17, zmm23
vsubps zmm16, zmm1, zmmword ptr [rbp+r9*4]
vsubps zmm3, zmm24, zmmword ptr [r13+rcx*8+4]
vsubps zmm9, zmm14, zmmword ptr [rsp+rbp*2+2]
vsubps zmm15, zmm7, zmmword ptr [rip+54]
vsubps zmm16, zmm1, zmmword ptr [rip+54]
vsubps zmm0, zmm1, dword ptr [r10+r12*1+1016]{1to16}
vsubps zmm15, zmm7, dword ptr [r11+r13*8-512]{1to16}
vsubps zmm9, zmm14, dword ptr [r14+r15*2+100000]{1to16}
vsubps zmm15{k1}{z}, zmm7, zmm5
vsubps zmm3{k1}{z}, zmm24, zmmword ptr [rax]
vsubps zmm0{k4}{z}, zmm1, zmm5
vsubps zmm16{k4}{z}, zmm1, zmmword ptr [rbp]
vsubps zmm8{k7}{z}, zmm9, zmm5
vsubps zmm31{k7}{z}, zmm17, zmmword ptr [r13]
vminps xmm0, xmm1, xmm2
vminps xmm15, xmm7, xmm1
vminps xmm3, xmm12, xmm8
vminps xmm8, xmm9, xmm15
vminps xmm0, xmm1, xmmword ptr [rsp]
vminps xmm15, xmm7, xmmword ptr [r12+64]
vminps xmm3, xmm12, xmmword ptr [rdi-128]
vminps xmm16, xmm1, xmm2
vminps xmm3, xmm24, xmm7
vminps xmm9, xmm14, xmm31
vminps xmm31, xmm17, xmm23
vminps xmm16, xmm1, xmmword ptr [r9+127]
vminps xmm3, xmm24, xmmword ptr [rsi+128]
vminps xmm9, xmm14, xmmword ptr [rbx+8128]
vminps xmm15, xmm7, xmmword ptr [rip+56]
vminps xmm16, xmm1, xmmword ptr [rip+54]
vminps xmm0, xmm1, dword ptr [r15+8192]{1to4}
vminps xmm15, xmm7, dword ptr [rdx-8192]{1to4}
vminps xmm9, xmm14, dword ptr [rcx-8256]{1to4}
vminps xmm15{k1}{z}, xmm7, xmm5
vminps xmm3{k1}{z}, xmm24, xmmword ptr [r8+rax*1]
vminps xmm0{k4}{z}, xmm1, xmm5
vminps xmm16{k4}{z}, xmm1, xmmword ptr [rbp+r9*4]
vminps xmm8{k7}{z}, xmm9, xmm5
vminps xmm31{k7}{z}, xmm17, xmmword ptr [r13+rcx*8+4]
vminps ymm0, ymm1, ymm2
vminps ymm15, ymm7, ymm1
vminps ymm3, ymm12, ymm8
vminps ymm8, ymm9, ymm15
vminps ymm0, ymm1, ymmword ptr [rsp+rbp*2+2]
vminps ymm15, ymm7, ymmword ptr [r10+r12*1+1016]
vminps ymm3, ymm12, ymmword ptr [r11+r13*8-512]
vminps ymm16, ymm1, ymm2
vminps ymm3, ymm24, ymm7
vminps ymm9, ymm14, ymm31
vminps ymm31, ymm17, ymm23
vminps ymm16, ymm1, ymmword ptr [r14+r15*2+100000]
vminps ymm3, ymm24, ymmword ptr [rax]
vminps ymm9, ymm14, ymmword ptr [rbp]
vminps ymm15, ymm7, ymmword ptr [rip+56]
vminps ymm16, ymm1, ymmword ptr [rip+54]
vminps ymm0, ymm1, dword ptr [r13]{1to8}
vminps ymm15, ymm7, dword ptr [rsp]{1to8}
vminps ymm9, ymm14, dword ptr [r12+64]{1to8}
vminps ymm15{k1}{z}, ymm7, ymm5
vminps ymm3{k1}{z}, ymm24, ymmword ptr [rdi-128]
vminps ymm0{k4}{z}, ymm1, ymm5
vminps ymm16{k4}{z}, ymm1, ymmword ptr [r9+127]
vminps ymm8{k7}{z}, ymm9, ymm5
vminps ymm31{k7}{z}, ymm17, ymmword ptr [rsi+128]
vminps zmm0, zmm1, zmm2
vminps zmm15, zmm7, zmm1
vminps zmm3, zmm12, zmm8
vminps zmm8, zmm9, zmm15
vminps zmm0, zmm1, zmmword ptr [rbx+8128]
vminps zmm15, zmm7, zmmword ptr [r15+8192]
vminps zmm3, zmm12, zmmword ptr [rdx-8192]
vminps zmm16, zmm1, zmm2
vminps zmm3, zmm24, zmm7
vminps zmm9, zmm14, zmm31
vminps zmm31, zmm17, zmm23
vminps zmm16, zmm1, zmmword ptr [rcx-8256]
vminps zmm3, zmm24, zmmword ptr [r8+rax*1]
vminps zmm9, zmm14, zmmword ptr [rbp+r9*4]
vminps zmm15, zmm7, zmmword ptr [rip+54]
vminps zmm16, zmm1, zmmword ptr [rip+54]
vminps zmm0, zmm1, dword ptr [r13+rcx*8+4]{1to16}
vminps zmm15, zmm7, dword ptr [rsp+rbp*2+2]{1to16}
vminps zmm9, zmm14, dword ptr [r10+r12*1+1016]{1to16}
vminps zmm15{k1}{z}, zmm7, zmm5
vminps zmm3{k1}{z}, zmm24, zmmword ptr [r11+r13*8-512]
vminps zmm0{k4}{z}, zmm1, zmm5
vminps zmm16{k4}{z}, zmm1, zmmword ptr [r14+r15*2+100000]
vminps zmm8{k7}{z}, zmm9, zmm5
vminps zmm31{k7}{z}, zmm17, zmmword ptr [rax]
vdivps xmm0, xmm1, xmm2
vdivps xmm15, xmm7, xmm1
vdivps xmm3, xmm12, xmm8
vdivps xmm8, xmm9, xmm15
vdivps xmm0, xmm1, xmmword ptr [rbp]
vdivps xmm15, xmm7, xmmword ptr [r13]
vdivps xmm3, xmm12, xmmword ptr [rsp]
vdivps xmm16, xmm1, xmm2
vdivps xmm3, xmm24, xmm7
vdivps xmm9, xmm14, xmm31
vdivps xmm31, xmm17, xmm23
vdivps xmm16, xmm1, xmmword ptr [r12+64]
vdivps xmm3, xmm24, xmmword ptr [rdi-128]
vdivps xmm9, xmm14, xmmword ptr [r9+127]
vdivps xmm15, xmm7, xmmword ptr [rip+56]
vdivps xmm16, xmm1, xmmword ptr [rip+54]
vdivps xmm0, xmm1, dword ptr [rsi+128]{1to4}
vdivps xmm15, xmm7, dword ptr [rbx+8128]{1to4}
vdivps xmm9, xmm14, dword ptr [r15+8192]{1to4}
vdivps xmm15{k1}{z}, xmm7, xmm5
vdivps xmm3{k1}{z}, xmm24, xmmword ptr [rdx-8192]
vdivps xmm0{k4}{z}, xmm1, xmm5
vdivps xmm16{k4}{z}, xmm1, xmmword ptr [rcx-8256]
vdivps xmm8{k7}{z}, xmm9, xmm5
vdivps xmm31{k7}{z}, xmm17, xmmword ptr [r8+rax*1]
vdivps ymm0, ymm1, ymm2
vdivps ymm15, ymm7, ymm1
vdivps ymm3, ymm12, ymm8
vdivps ymm8, ymm9, ymm15
vdivps ymm0, ymm1, ymmword ptr [rbp+r9*4]
vdivps ymm15, ymm7, ymmword ptr [r13+rcx*8+4]
vdivps ymm3, ymm12, ymmword ptr [rsp+rbp*2+2]
vdivps ymm16, ymm1, ymm2
vdivps ymm3, ymm24, ymm7
vdivps ymm9, ymm14, ymm31
vdivps ymm31, ymm17, ymm23
vdivps ymm16, ymm1, ymmword ptr [r10+r12*1+1016]
vdivps ymm3, ymm24, ymmword ptr [r11+r13*8-512]
vdivps ymm9, ymm14, ymmword ptr [r14+r15*2+100000]
vdivps ymm15, ymm7, ymmword ptr [rip+56]
vdivps ymm16, ymm1, ymmword ptr [rip+54]
vdivps ymm0, ymm1, dword ptr [rax]{1to8}
vdivps ymm15, ymm7, dword ptr [rbp]{1to8}
vdivps ymm9, ymm14, dword ptr [r13]{1to8}
vdivps ymm15{k1}{z}, ymm7, ymm5
vdivps ymm3{k1}{z}, ymm24, ymmword ptr [rsp]
vdivps ymm0{k4}{z}, ymm1, ymm5
vdivps ymm16{k4}{z}, ymm1, ymmword ptr [r12+64]
vdivps ymm8{k7}{z}, ymm9, ymm5
vdivps ymm31{k7}{z}, ymm17, ymmword ptr [rdi-128]
vdivps zmm0, zmm1, zmm2
vdivps zmm15, zmm7, zmm1
vdivps zmm3, zmm12, zmm8
vdivps zmm8, zmm9, zmm15
vdivps zmm0, zmm1, zmmword ptr [r9+127]
vdivps zmm15, zmm7, zmmword ptr [rsi+128]
vdivps zmm3, zmm12, zmmword ptr [rbx+8128]
vdivps zmm16, zmm1, zmm2
vdivps zmm3, zmm24, zmm7
vdivps zmm9, zmm14, zmm31
vdivps zmm31, zmm17, zmm23
vdivps zmm16, zmm1, zmmword ptr [r15+8192]
vdivps zmm3, zmm24, zmmword ptr [rdx-8192]
vdivps zmm9, zmm14, zmmword ptr [rcx-8256]
vdivps zmm15, zmm7, zmmword ptr [rip+54]
vdivps zmm16, zmm1, zmmword ptr [rip+54]
vdivps zmm0, zmm1, dword ptr [r8+rax*1]{1to16}
vdivps zmm15, zmm7, dword ptr [rbp+r9*4]{1to16}
vdivps zmm9, zmm14, dword ptr [r13+rcx*8+4]{1to16}
vdivps zmm15{k1}{z}, zmm7, zmm5
vdivps zmm3{k1}{z}, zmm24, zmmword ptr [rsp+rbp*2+2]
vdivps zmm0{k4}{z}, zmm1, zmm5
vdivps zmm16{k4}{z}, zmm1, zmmword ptr [r10+r12*1+1016]
vdivps zmm8{k7}{z}, zmm9, zmm5
vdivps zmm31{k7}{z}, zmm17, zmmword ptr [r11+r13*8-512]
vmaxps xmm0, xmm1, xmm2
vmaxps xmm15, xmm7, xmm1
vmaxps xmm3, xmm12, xmm8
vmaxps xmm8, xmm9, xmm15
vmaxps xmm0, xmm1, xmmword ptr [r14+r15*2+100000]
vmaxps xmm15, xmm7, xmmword ptr [rax]
vmaxps xmm3, xmm12, xmmword ptr [rbp]
vmaxps xmm16, xmm1, xmm2
vmaxps xmm3, xmm24, xmm7
vmaxps xmm9, xmm14, xmm31
vmaxps xmm31, xmm17, xmm23
vmaxps xmm16, xmm1, xmmword ptr [r13]
vmaxps xmm3, xmm24, xmmword ptr [rsp]
vmaxps xmm9, xmm14, xmmword ptr [r12+64]
vmaxps xmm15, xmm7, xmmword ptr [rip+56]
vmaxps xmm16, xmm1, xmmword ptr [rip+54]
vmaxps xmm0, xmm1, dword ptr [rdi-128]{1to4}
vmaxps xmm15, xmm7, dword ptr [r9+127]{1to4}
vmaxps xmm9, xmm14, dword ptr [rsi+128]{1to4}
vmaxps xmm15{k1}{z}, xmm7, xmm5
vmaxps xmm3{k1}{z}, xmm24, xmmword ptr [rbx+8128]
vmaxps xmm0{k4}{z}, xmm1, xmm5
vmaxps xmm16{k4}{z}, xmm1, xmmword ptr [r15+8192]
vmaxps xmm8{k7}{z}, xmm9, xmm5
vmaxps xmm31{k7}{z}, xmm17, xmmword ptr [rdx-8192]
vmaxps ymm0, ymm1, ymm2
vmaxps ymm15, ymm7, ymm1
vmaxps ymm3, ymm12, ymm8
vmaxps ymm8, ymm9, ymm15
vmaxps ymm0, ymm1, ymmword ptr [rcx-8256]
vmaxps ymm15, ymm7, ymmword ptr [r8+rax*1]
vmaxps ymm3, ymm12, ymmword ptr [rbp+r9*4]
vmaxps ymm16, ymm1, ymm2
vmaxps ymm3, ymm24, ymm7
vmaxps ymm9, ymm14, ymm31
vmaxps ymm31, ymm17, ymm23
vmaxps ymm16, ymm1, ymmword ptr [r13+rcx*8+4]
vmaxps ymm3, ymm24, ymmword ptr [rsp+rbp*2+2]
vmaxps ymm9, ymm14, ymmword ptr [r10+r12*1+1016]
vmaxps ymm15, ymm7, ymmword ptr [rip+56]
vmaxps ymm16, ymm1, ymmword ptr [rip+54]
vmaxps ymm0, ymm1, dword ptr [r11+r13*8-512]{1to8}
vmaxps ymm15, ymm7, dword ptr [r14+r15*2+100000]{1to8}
vmaxps ymm9, ymm14, dword ptr [rax]{1to8}
vmaxps ymm15{k1}{z}, ymm7, ymm5
vmaxps ymm3{k1}{z}, ymm24, ymmword ptr [rbp]
vmaxps ymm0{k4}{z}, ymm1, ymm5
vmaxps ymm16{k4}{z}, ymm1, ymmword ptr [r13]
vmaxps ymm8{k7}{z}, ymm9, ymm5
vmaxps ymm31{k7}{z}, ymm17, ymmword ptr [rsp]
vmaxps zmm0, zmm1, zmm2
vmaxps zmm15, zmm7, zmm1
vmaxps zmm3, zmm12, zmm8
vmaxps zmm8, zmm9, zmm15
vmaxps zmm0, zmm1, zmmword ptr [r12+64]
vmaxps zmm15, zmm7, zmmword ptr [rdi-128]
vmaxps zmm3, zmm12, zmmword ptr [r9+127]
vmaxps zmm16, zmm1, zmm2
vmaxps zmm3, zmm24, zmm7
vmaxps zmm9, zmm14, zmm31
vmaxps zmm31, zmm17, zmm23
vmaxps zmm16, zmm1, zmmword ptr [rsi+128]
vmaxps zmm3, zmm24, zmmword ptr [rbx+8128]
vmaxps zmm9, zmm14, zmmword ptr [r15+8192]
vmaxps zmm15, zmm7, zmmword ptr [rip+54]
vmaxps zmm16, zmm1, zmmword ptr [rip+54]
vmaxps zmm0, zmm1, dword ptr [rdx-8192]{1to16}
vmaxps zmm15, zmm7, dword ptr [rcx-8256]{1to16}
vmaxps zmm9, zmm14, dword ptr [r8+rax*1]{1to16}
vmaxps zmm15{k1}{z}, zmm7, zmm5
vmaxps zmm3{k1}{z}, zmm24, zmmword ptr [rbp+r9*4]
vmaxps zmm0{k4}{z}, zmm1, zmm5
vmaxps zmm16{k4}{z}, zmm1, zmmword ptr [r13+rcx*8+4]
vmaxps zmm8{k7}{z}, zmm9, zmm5
vmaxps zmm31{k7}{z}, zmm17, zmmword ptr [rsp+rbp*2+2]
vsqrtps xmm0, xmm2
vsqrtps xmm15, xmm1
vsqrtps xmm3, xmm8
vsqrtps xmm8, xmm15
vsqrtps xmm0, xmmword ptr [r10+r12*1+1016]
vsqrtps xmm15, xmmword ptr [r11+r13*8-512]
vsqrtps xmm3, xmmword ptr [r14+r15*2+100000]
vsqrtps xmm16, xmm2
vsqrtps xmm3, xmm7
vsqrtps xmm9, xmm31
vsqrtps xmm31, xmm23
vsqrtps xmm16, xmmword ptr [rax]
vsqrtps xmm3, xmmword ptr [rbp]
vsqrtps xmm9, xmmword ptr [r13]
vsqrtps xmm15, xmmword ptr [rip+56]
vsqrtps xmm16, xmmword ptr [rip+54]
vsqrtps xmm0, dword ptr [rsp]{1to4}
vsqrtps xmm15, dword ptr [r12+64]{1to4}
vsqrtps xmm9, dword ptr [rdi-128]{1to4}
vsqrtps ymm0, ymm2
vsqrtps ymm15, ymm1
vsqrtps ymm3, ymm8
vsqrtps ymm8, ymm15
vsqrtps ymm0, ymmword ptr [r9+127]
vsqrtps ymm15, ymmword ptr [rsi+128]
vsqrtps ymm3, ymmword ptr [rbx+8128]
vsqrtps ymm16, ymm2
vsqrtps ymm3, ymm7
vsqrtps ymm9, ymm31
vsqrtps ymm31, ymm23
vsqrtps ymm16, ymmword ptr [r15+8192]
vsqrtps ymm3, ymmword ptr [rdx-8192]
vsqrtps ymm9, ymmword ptr [rcx-8256]
vsqrtps ymm15, ymmword ptr [rip+56]
vsqrtps ymm16, ymmword ptr [rip+54]
vsqrtps ymm0, dword ptr [r8+rax*1]{1to8}
vsqrtps ymm15, dword ptr [rbp+r9*4]{1to8}
vsqrtps ymm9, dword ptr [r13+rcx*8+4]{1to8}
vsqrtps zmm0, zmm2
vsqrtps zmm15, zmm1
vsqrtps zmm3, zmm8
vsqrtps zmm8, zmm15
vsqrtps zmm0, zmmword ptr [rsp+rbp*2+2]
vsqrtps zmm15, zmmword ptr [r10+r12*1+1016]
vsqrtps zmm3, zmmword ptr [r11+r13*8-512]
vsqrtps zmm16, zmm2
vsqrtps zmm3, zmm7
vsqrtps zmm9, zmm31
vsqrtps zmm31, zmm23
vsqrtps zmm16, zmmword ptr [r14+r15*2+100000]
vsqrtps zmm3, zmmword ptr [rax]
vsqrtps zmm9, zmmword ptr [rbp]
vsqrtps zmm15, zmmword ptr [rip+54]
vsqrtps zmm16, zmmword ptr [rip+54]
vsqrtps zmm0, dword ptr [r13]{1to16}
vsqrtps zmm15, dword ptr [rsp]{1to16}
vsqrtps zmm9, dword ptr [r12+64]{1to16}
vaddss xmm0, xmm1, xmm2
vaddss xmm15, xmm7, xmm1
vaddss xmm3, xmm12, xmm8
vaddss xmm8, xmm9, xmm15
vaddss xmm0, xmm1, dword ptr [rdi-128]
vaddss xmm15, xmm7, dword ptr [r9+127]
vaddss xmm3, xmm12, dword ptr [rsi+128]
vaddss xmm16, xmm1, xmm2
vaddss xmm3, xmm24, xmm7
vaddss xmm9, xmm14, xmm31
vaddss xmm31, xmm17, xmm23
vaddss xmm16, xmm1, dword ptr [rbx+8128]
vaddss xmm3, xmm24, dword ptr [r15+8192]
vaddss xmm9, xmm14, dword ptr [rdx-8192]
vaddss xmm15, xmm7, dword ptr [rip+56]
vaddss xmm16, xmm1, dword ptr [rip+54]
vaddss xmm15{k1}{z}, xmm7, xmm5
vaddss xmm3{k1}{z}, xmm24, dword ptr [rcx-8256]
vaddss xmm0{k4}{z}, xmm1, xmm5
vaddss xmm16{k4}{z}, xmm1, dword ptr [r8+rax*1]
vaddss xmm8{k7}{z}, xmm9, xmm5
vaddss xmm31{k7}{z}, xmm17, dword ptr [rbp+r9*4]
vmulss xmm0, xmm1, xmm2
vmulss xmm15, xmm7, xmm1
vmulss xmm3, xmm12, xmm8
vmulss xmm8, xmm9, xmm15
vmulss xmm0, xmm1, dword ptr [r13+rcx*8+4]
vmulss xmm15, xmm7, dword ptr [rsp+rbp*2+2]
vmulss xmm3, xmm12, dword ptr [r10+r12*1+1016]
vmulss xmm16, xmm1, xmm2
vmulss xmm3, xmm24, xmm7
vmulss xmm9, xmm14, xmm31
vmulss xmm31, xmm17, xmm23
vmulss xmm16, xmm1, dword ptr [r11+r13*8-512]
vmulss xmm3, xmm24, dword ptr [r14+r15*2+100000]
vmulss xmm9, xmm14, dword ptr [rax]
vmulss xmm15, xmm7, dword ptr [rip+56]
vmulss xmm16, xmm1, dword ptr [rip+54]
vmulss xmm15{k1}{z}, xmm7, xmm5
vmulss xmm3{k1}{z}, xmm24, dword ptr [rbp]
vmulss xmm0{k4}{z}, xmm1, xmm5
vmulss xmm16{k4}{z}, xmm1, dword ptr [r13]
vmulss xmm8{k7}{z}, xmm9, xmm5
vmulss xmm31{k7}{z}, xmm17, dword ptr [rsp]
vdivss xmm0, xmm1, xmm2
vdivss xmm15, xmm7, xmm1
vdivss xmm3, xmm12, xmm8
vdivss xmm8, xmm9, xmm15
vdivss xmm0, xmm1, dword ptr [r12+64]
vdivss xmm15, xmm7, dword ptr [rdi-128]
vdivss xmm3, xmm12, dword ptr [r9+127]
vdivss xmm16, xmm1, xmm2
vdivss xmm3, xmm24, xmm7
vdivss xmm9, xmm14, xmm31
vdivss xmm31, xmm17, xmm23
vdivss xmm16, xmm1, dword ptr [rsi+128]
vdivss xmm3, xmm24, dword ptr [rbx+8128]
vdivss xmm9, xmm14, dword ptr [r15+8192]
vdivss xmm15, xmm7, dword ptr [rip+56]
vdivss xmm16, xmm1, dword ptr [rip+54]
vdivss xmm15{k1}{z}, xmm7, xmm5
vdivss xmm3{k1}{z}, xmm24, dword ptr [rdx-8192]
vdivss xmm0{k4}{z}, xmm1, xmm5
vdivss xmm16{k4}{z}, xmm1, dword ptr [rcx-8256]
vdivss xmm8{k7}{z}, xmm9, xmm5
vdivss xmm31{k7}{z}, xmm17, dword ptr [r8+rax*1]
vfmadd213ps xmm0, xmm1, xmm2
vfmadd213ps xmm15, xmm7, xmm1
vfmadd213ps xmm3, xmm12, xmm8
vfmadd213ps xmm8, xmm9, xmm15
vfmadd213ps xmm0, xmm1, xmmword ptr [rbp+r9*4]
vfmadd213ps xmm15, xmm7, xmmword ptr [r13+rcx*8+4]
vfmadd213ps xmm3, xmm12, xmmword ptr [rsp+rbp*2+2]
vfmadd213ps xmm16, xmm1, xmm2
vfmadd213ps xmm3, xmm24, xmm7
vfmadd213ps xmm9, xmm14, xmm31
vfmadd213ps xmm31, xmm17, xmm23
vfmadd213ps xmm16, xmm1, xmmword ptr [r10+r12*1+1016]
vfmadd213ps xmm3, xmm24, xmmword ptr [r11+r13*8-512]
vfmadd213ps xmm9, xmm14, xmmword ptr [r14+r15*2+100000]
vfmadd213ps xmm15, xmm7, xmmword ptr [rip+55]
vfmadd213ps xmm16, xmm1, xmmword ptr [rip+54]
vfmadd213ps xmm0, xmm1, dword ptr [rax]{1to4}
vfmadd213ps xmm15, xmm7, dword ptr [rbp]{1to4}
vfmadd213ps xmm9, xmm14, dword ptr [r13]{1to4}
vfmadd213ps xmm15{k1}{z}, xmm7, xmm5
vfmadd213ps xmm3{k1}{z}, xmm24, xmmword ptr [rsp]
vfmadd213ps xmm0{k4}{z}, xmm1, xmm5
vfmadd213ps xmm16{k4}{z}, xmm1, xmmword ptr [r12+64]
vfmadd213ps xmm8{k7}{z}, xmm9, xmm5
vfmadd213ps xmm31{k7}{z}, xmm17, xmmword ptr [rdi-128]
vfmadd213ps ymm0, ymm1, ymm2
vfmadd213ps ymm15, ymm7, ymm1
vfmadd213ps ymm3, ymm12, ymm8
vfmadd213ps ymm8, ymm9, ymm15
vfmadd213ps ymm0, ymm1, ymmword ptr [r9+127]
vfmadd213ps ymm15, ymm7, ymmword ptr [rsi+128]
vfmadd213ps ymm3, ymm12, ymmword ptr [rbx+8128]
vfmadd213ps ymm16, ymm1, ymm2
vfmadd213ps ymm3, ymm24, ymm7
vfmadd213ps ymm9, ymm14, ymm31
vfmadd213ps ymm31, ymm17, ymm23
vfmadd213ps ymm16, ymm1, ymmword ptr [r15+8192]
vfmadd213ps ymm3, ymm24, ymmword ptr [rdx-8192]
vfmadd213ps ymm9, ymm14, ymmword ptr [rcx-8256]
vfmadd213ps ymm15, ymm7, ymmword ptr [rip+55]
vfmadd213ps ymm16, ymm1, ymmword ptr [rip+54]
vfmadd213ps ymm0, ymm1, dword ptr [r8+rax*1]{1to8}
vfmadd213ps ymm15, ymm7, dword ptr [rbp+r9*4]{1to8}
vfmadd213ps ymm9, ymm14, dword ptr [r13+rcx*8+4]{1to8}
vfmadd213ps ymm15{k1}{z}, ymm7, ymm5
vfmadd213ps ymm3{k1}{z}, ymm24, ymmword ptr [rsp+rbp*2+2]
vfmadd213ps ymm0{k4}{z}, ymm1, ymm5
vfmadd213ps ymm16{k4}{z}, ymm1, ymmword ptr [r10+r12*1+1016]
vfmadd213ps ymm8{k7}{z}, ymm9, ymm5
vfmadd213ps ymm31{k7}{z}, ymm17, ymmword ptr [r11+r13*8-512]
vfmadd213ps zmm0, zmm1, zmm2
vfmadd213ps zmm15, zmm7, zmm1
vfmadd213ps zmm3, zmm12, zmm8
vfmadd213ps zmm8, zmm9, zmm15
vfmadd213ps zmm0, zmm1, zmmword ptr [r14+r15*2+100000]
vfmadd213ps zmm15, zmm7, zmmword ptr [rax]
vfmadd213ps zmm3, zmm12, zmmword ptr [rbp]
vfmadd213ps zmm16, zmm1, zmm2
vfmadd213ps zmm3, zmm24, zmm7
vfmadd213ps zmm9, zmm14, zmm31
vfmadd213ps zmm31, zmm17, zmm23
vfmadd213ps zmm16, zmm1, zmmword ptr [r13]
vfmadd213ps zmm3, zmm24, zmmword ptr [rsp]
vfmadd213ps zmm9, zmm14, zmmword ptr [r12+64]
vfmadd213ps zmm15, zmm7, zmmword ptr [rip+54]
vfmadd213ps zmm16, zmm1, zmmword ptr [rip+54]
vfmadd213ps zmm0, zmm1, dword ptr [rdi-128]{1to16}
vfmadd213ps zmm15, zmm7, dword ptr [r9+127]{1to16}
vfmadd213ps zmm9, zmm14, dword ptr [rsi+128]{1to16}
vfmadd213ps zmm15{k1}{z}, zmm7, zmm5
vfmadd213ps zmm3{k1}{z}, zmm24, zmmword ptr [rbx+8128]
vfmadd213ps zmm0{k4}{z}, zmm1, zmm5
vfmadd213ps zmm16{k4}{z}, zmm1, zmmword ptr [r15+8192]
vfmadd213ps zmm8{k7}{z}, zmm9, zmm5
vfmadd213ps zmm31{k7}{z}, zmm17, zmmword ptr [rdx-8192]
vfmadd231ps xmm0, xmm1, xmm2
vfmadd231ps xmm15, xmm7, xmm1
vfmadd231ps xmm3, xmm12, xmm8
vfmadd231ps xmm8, xmm9, xmm15
vfmadd231ps xmm0, xmm1, xmmword ptr [rcx-8256]
vfmadd231ps xmm15, xmm7, xmmword ptr [r8+rax*1]
vfmadd231ps xmm3, xmm12, xmmword ptr [rbp+r9*4]
vfmadd231ps xmm16, xmm1, xmm2
vfmadd231ps xmm3, xmm24, xmm7
vfmadd231ps xmm9, xmm14, xmm31
vfmadd231ps xmm31, xmm17, xmm23
vfmadd231ps xmm16, xmm1, xmmword ptr [r13+rcx*8+4]
vfmadd231ps xmm3, xmm24, xmmword ptr [rsp+rbp*2+2]
vfmadd231ps xmm9, xmm14, xmmword ptr [r10+r12*1+1016]
vfmadd231ps xmm15, xmm7, xmmword ptr [rip+55]
vfmadd231ps xmm16, xmm1, xmmword ptr [rip+54]
vfmadd231ps xmm0, xmm1, dword ptr [r11+r13*8-512]{1to4}
vfmadd231ps xmm15, xmm7, dword ptr [r14+r15*2+100000]{1to4}
vfmadd231ps xmm9, xmm14, dword ptr [rax]{1to4}
vfmadd231ps xmm15{k1}{z}, xmm7, xmm5
vfmadd231ps xmm3{k1}{z}, xmm24, xmmword ptr [rbp]
vfmadd231ps xmm0{k4}{z}, xmm1, xmm5
vfmadd231ps xmm16{k4}{z}, xmm1, xmmword ptr [r13]
vfmadd231ps xmm8{k7}{z}, xmm9, xmm5
vfmadd231ps xmm31{k7}{z}, xmm17, xmmword ptr [rsp]
vfmadd231ps ymm0, ymm1, ymm2
vfmadd231ps ymm15, ymm7, ymm1
vfmadd231ps ymm3, ymm12, ymm8
vfmadd231ps ymm8, ymm9, ymm15
vfmadd231ps ymm0, ymm1, ymmword ptr [r12+64]
vfmadd231ps ymm15, ymm7, ymmword ptr [rdi-128]
vfmadd231ps ymm3, ymm12, ymmword ptr [r9+127]
vfmadd231ps ymm16, ymm1, ymm2
vfmadd231ps ymm3, ymm24, ymm7
vfmadd231ps ymm9, ymm14, ymm31
vfmadd231ps ymm31, ymm17, ymm23
vfmadd231ps ymm16, ymm1, ymmword ptr [rsi+128]
vfmadd231ps ymm3, ymm24, ymmword ptr [rbx+8128]
vfmadd231ps ymm9, ymm14, ymmword ptr [r15+8192]
vfmadd231ps ymm15, ymm7, ymmword ptr [rip+55]
vfmadd231ps ymm16, ymm1, ymmword ptr [rip+54]
vfmadd231ps ymm0, ymm1, dword ptr [rdx-8192]{1to8}
vfmadd231ps ymm15, ymm7, dword ptr [rcx-8256]{1to8}
vfmadd231ps ymm9, ymm14, dword ptr [r8+rax*1]{1to8}
vfmadd231ps ymm15{k1}{z}, ymm7, ymm5
vfmadd231ps ymm3{k1}{z}, ymm24, ymmword ptr [rbp+r9*4]
vfmadd231ps ymm0{k4}{z}, ymm1, ymm5
vfmadd231ps ymm16{k4}{z}, ymm1, ymmword ptr [r13+rcx*8+4]
vfmadd231ps ymm8{k7}{z}, ymm9, ymm5
vfmadd231ps ymm31{k7}{z}, ymm17, ymmword ptr [rsp+rbp*2+2]
vfmadd231ps zmm0, zmm1, zmm2
vfmadd231ps zmm15, zmm7, zmm1
vfmadd231ps zmm3, zmm12, zmm8
vfmadd231ps zmm8, zmm9, zmm15
vfmadd231ps zmm0, zmm1, zmmword ptr [r10+r12*1+1016]
vfmadd231ps zmm15, zmm7, zmmword ptr [r11+r13*8-512]
vfmadd231ps zmm3, zmm12, zmmword ptr [r14+r15*2+100000]
vfmadd231ps zmm16, zmm1, zmm2
vfmadd231ps zmm3, zmm24, zmm7
vfmadd231ps zmm9, zmm14, zmm31
vfmadd231ps zmm31, zmm17, zmm23
vfmadd231ps zmm16, zmm1, zmmword ptr [rax]
vfmadd231ps zmm3, zmm24, zmmword ptr [rbp]
vfmadd231ps zmm9, zmm14, zmmword ptr [r13]
vfmadd231ps zmm15, zmm7, zmmword ptr [rip+54]
vfmadd231ps zmm16, zmm1, zmmword ptr [rip+54]
vfmadd231ps zmm0, zmm1, dword ptr [rsp]{1to16}
vfmadd231ps zmm15, zmm7, dword ptr [r12+64]{1to16}
vfmadd231ps zmm9, zmm14, dword ptr [rdi-128]{1to16}
vfmadd231ps zmm15{k1}{z}, zmm7, zmm5
vfmadd231ps zmm3{k1}{z}, zmm24, zmmword ptr [r9+127]
vfmadd231ps zmm0{k4}{z}, zmm1, zmm5
vfmadd231ps zmm16{k4}{z}, zmm1, zmmword ptr [rsi+128]
vfmadd231ps zmm8{k7}{z}, zmm9, zmm5
vfmadd231ps zmm31{k7}{z}, zmm17, zmmword ptr [rbx+8128]
vfmsub231ps xmm0, xmm1, xmm2
vfmsub231ps xmm15, xmm7, xmm1
vfmsub231ps xmm3, xmm12, xmm8
vfmsub231ps xmm8, xmm9, xmm15
vfmsub231ps xmm0, xmm1, xmmword ptr [r15+8192]
vfmsub231ps xmm15, xmm7, xmmword ptr [rdx-8192]
vfmsub231ps xmm3, xmm12, xmmword ptr [rcx-8256]
vfmsub231ps xmm16, xmm1, xmm2
vfmsub231ps xmm3, xmm24, xmm7
vfmsub231ps xmm9, xmm14, xmm31
vfmsub231ps xmm31, xmm17, xmm23
vfmsub231ps xmm16, xmm1, xmmword ptr [r8+rax*1]
vfmsub231ps xmm3, xmm24, xmmword ptr [rbp+r9*4]
vfmsub231ps xmm9, xmm14, xmmword ptr [r13+rcx*8+4]
vfmsub231ps xmm15, xmm7, xmmword ptr [rip+55]
vfmsub231ps xmm16, xmm1, xmmword ptr [rip+54]
vfmsub231ps xmm0, xmm1, dword ptr [rsp+rbp*2+2]{1to4}
vfmsub231ps xmm15, xmm7, dword ptr [r10+r12*1+1016]{1to4}
vfmsub231ps xmm9, xmm14, dword ptr [r11+r13*8-512]{1to4}
vfmsub231ps xmm15{k1}{z}, xmm7, xmm5
vfmsub231ps xmm3{k1}{z}, xmm24, xmmword ptr [r14+r15*2+100000]
vfmsub231ps xmm0{k4}{z}, xmm1, xmm5
vfmsub231ps xmm16{k4}{z}, xmm1, xmmword ptr [rax]
vfmsub231ps xmm8{k7}{z}, xmm9, xmm5
vfmsub231ps xmm31{k7}{z}, xmm17, xmmword ptr [rbp]
vfmsub231ps ymm0, ymm1, ymm2
vfmsub231ps ymm15, ymm7, ymm1
vfmsub231ps ymm3, ymm12, ymm8
vfmsub231ps ymm8, ymm9, ymm15
vfmsub231ps ymm0, ymm1, ymmword ptr [r13]
vfmsub231ps ymm15, ymm7, ymmword ptr [rsp]
vfmsub231ps ymm3, ymm12, ymmword ptr [r12+64]
vfmsub231ps ymm16, ymm1, ymm2
vfmsub231ps ymm3, ymm24, ymm7
vfmsub231ps ymm9, ymm14, ymm31
vfmsub231ps ymm31, ymm17, ymm23
vfmsub231ps ymm16, ymm1, ymmword ptr [rdi-128]
vfmsub231ps ymm3, ymm24, ymmword ptr [r9+127]
vfmsub231ps ymm9, ymm14, ymmword ptr [rsi+128]
vfmsub231ps ymm15, ymm7, ymmword ptr [rip+55]
vfmsub231ps ymm16, ymm1, ymmword ptr [rip+54]
vfmsub231ps ymm0, ymm1, dword ptr [rbx+8128]{1to8}
vfmsub231ps ymm15, ymm7, dword ptr [r15+8192]{1to8}
vfmsub231ps ymm9, ymm14, dword ptr [rdx-8192]{1to8}
vfmsub231ps ymm15{k1}{z}, ymm7, ymm5
vfmsub231ps ymm3{k1}{z}, ymm24, ymmword ptr [rcx-8256]
vfmsub231ps ymm0{k4}{z}, ymm1, ymm5
vfmsub231ps ymm16{k4}{z}, ymm1, ymmword ptr [r8+rax*1]
vfmsub231ps ymm8{k7}{z}, ymm9, ymm5
vfmsub231ps ymm31{k7}{z}, ymm17, ymmword ptr [rbp+r9*4]
vfmsub231ps zmm0, zmm1, zmm2
vfmsub231ps zmm15, zmm7, zmm1
vfmsub231ps zmm3, zmm12, zmm8
vfmsub231ps zmm8, zmm9, zmm15
vfmsub231ps zmm0, zmm1, zmmword ptr [r13+rcx*8+4]
vfmsub231ps zmm15, zmm7, zmmword ptr [rsp+rbp*2+2]
vfmsub231ps zmm3, zmm12, zmmword ptr [r10+r12*1+1016]
vfmsub231ps zmm16, zmm1, zmm2
vfmsub231ps zmm3, zmm24, zmm7
vfmsub231ps zmm9, zmm14, zmm31
vfmsub231ps zmm31, zmm17, zmm23
vfmsub231ps zmm16, zmm1, zmmword ptr [r11+r13*8-512]
vfmsub231ps zmm3, zmm24, zmmword ptr [r14+r15*2+100000]
vfmsub231ps zmm9, zmm14, zmmword ptr [rax]
vfmsub231ps zmm15, zmm7, zmmword ptr [rip+54]
vfmsub231ps zmm16, zmm1, zmmword ptr [rip+54]
vfmsub231ps zmm0, zmm1, dword ptr [rbp]{1to16}
vfmsub231ps zmm15, zmm7, dword ptr [r13]{1to16}
vfmsub231ps zmm9, zmm14, dword ptr [rsp]{1to16}
vfmsub231ps zmm15{k1}{z}, zmm7, zmm5
vfmsub231ps zmm3{k1}{z}, zmm24, zmmword ptr [r12+64]
vfmsub231ps zmm0{k4}{z}, zmm1, zmm5
vfmsub231ps zmm16{k4}{z}, zmm1, zmmword ptr [rdi-128]
vfmsub231ps zmm8{k7}{z}, zmm9, zmm5
vfmsub231ps zmm31{k7}{z}, zmm17, zmmword ptr [r9+127]
vfnmadd213ps xmm0, xmm1, xmm2
vfnmadd213ps xmm15, xmm7, xmm1
vfnmadd213ps xmm3, xmm12, xmm8
vfnmadd213ps xmm8, xmm9, xmm15
vfnmadd213ps xmm0, xmm1, xmmword ptr [rsi+128]
vfnmadd213ps xmm15, xmm7, xmmword ptr [rbx+8128]
vfnmadd213ps xmm3, xmm12, xmmword ptr [r15+8192]
vfnmadd213ps xmm16, xmm1, xmm2
vfnmadd213ps xmm3, xmm24, xmm7
vfnmadd213ps xmm9, xmm14, xmm31
vfnmadd213ps xmm31, xmm17, xmm23
vfnmadd213ps xmm16, xmm1, xmmword ptr [rdx-8192]
vfnmadd213ps xmm3, xmm24, xmmword ptr [rcx-8256]
vfnmadd213ps xmm9, xmm14, xmmword ptr [r8+rax*1]
vfnmadd213ps xmm15, xmm7, xmmword ptr [rip+55]
vfnmadd213ps xmm16, xmm1, xmmword ptr [rip+54]
vfnmadd213ps xmm0, xmm1, dword ptr [rbp+r9*4]{1to4}
vfnmadd213ps xmm15, xmm7, dword ptr [r13+rcx*8+4]{1to4}
vfnmadd213ps xmm9, xmm14, dword ptr [rsp+rbp*2+2]{1to4}
vfnmadd213ps xmm15{k1}{z}, xmm7, xmm5
vfnmadd213ps xmm3{k1}{z}, xmm24, xmmword ptr [r10+r12*1+1016]
vfnmadd213ps xmm0{k4}{z}, xmm1, xmm5
vfnmadd213ps xmm16{k4}{z}, xmm1, xmmword ptr [r11+r13*8-512]
vfnmadd213ps xmm8{k7}{z}, xmm9, xmm5
vfnmadd213ps xmm31{k7}{z}, xmm17, xmmword ptr [r14+r15*2+100000]
vfnmadd213ps ymm0, ymm1, ymm2
vfnmadd213ps ymm15, ymm7, ymm1
vfnmadd213ps ymm3, ymm12, ymm8
vfnmadd213ps ymm8, ymm9, ymm15
vfnmadd213ps ymm0, ymm1, ymmword ptr [rax]
vfnmadd213ps ymm15, ymm7, ymmword ptr [rbp]
vfnmadd213ps ymm3, ymm12, ymmword ptr [r13]
vfnmadd213ps ymm16, ymm1, ymm2
vfnmadd213ps ymm3, ymm24, ymm7
vfnmadd213ps ymm9, ymm14, ymm31
vfnmadd213ps ymm31, ymm17, ymm23
vfnmadd213ps ymm16, ymm1, ymmword ptr [rsp]
vfnmadd213ps ymm3, ymm24, ymmword ptr [r12+64]
vfnmadd213ps ymm9, ymm14, ymmword ptr [rdi-128]
vfnmadd213ps ymm15, ymm7, ymmword ptr [rip+55]
vfnmadd213ps ymm16, ymm1, ymmword ptr [rip+54]
vfnmadd213ps ymm0, ymm1, dword ptr [r9+127]{1to8}
vfnmadd213ps ymm15, ymm7, dword ptr [rsi+128]{1to8}
vfnmadd213ps ymm9, ymm14, dword ptr [rbx+8128]{1to8}
vfnmadd213ps ymm15{k1}{z}, ymm7, ymm5
vfnmadd213ps ymm3{k1}{z}, ymm24, ymmword ptr [r15+8192]
vfnmadd213ps ymm0{k4}{z}, ymm1, ymm5
vfnmadd213ps ymm16{k4}{z}, ymm1, ymmword ptr [rdx-8192]
vfnmadd213ps ymm8{k7}{z}, ymm9, ymm5
vfnmadd213ps ymm31{k7}{z}, ymm17, ymmword ptr [rcx-8256]
vfnmadd213ps zmm0, zmm1, zmm2
vfnmadd213ps zmm15, zmm7, zmm1
vfnmadd213ps zmm3, zmm12, zmm8
vfnmadd213ps zmm8, zmm9, zmm15
vfnmadd213ps zmm0, zmm1, zmmword ptr [r8+rax*1]
vfnmadd213ps zmm15, zmm7, zmmword ptr [rbp+r9*4]
vfnmadd213ps zmm3, zmm12, zmmword ptr [r13+rcx*8+4]
vfnmadd213ps zmm16, zmm1, zmm2
vfnmadd213ps zmm3, zmm24, zmm7
vfnmadd213ps zmm9, zmm14, zmm31
vfnmadd213ps zmm31, zmm17, zmm23
vfnmadd213ps zmm16, zmm1, zmmword ptr [rsp+rbp*2+2]
vfnmadd213ps zmm3, zmm24, zmmword ptr [r10+r12*1+1016]
vfnmadd213ps zmm9, zmm14, zmmword ptr [r11+r13*8-512]
vfnmadd213ps zmm15, zmm7, zmmword ptr [rip+54]
vfnmadd213ps zmm16, zmm1, zmmword ptr [rip+54]
vfnmadd213ps zmm0, zmm1, dword ptr [r14+r15*2+100000]{1to16}
vfnmadd213ps zmm15, zmm7, dword ptr [rax]{1to16}
vfnmadd213ps zmm9, zmm14, dword ptr [rbp]{1to16}
vfnmadd213ps zmm15{k1}{z}, zmm7, zmm5
vfnmadd213ps zmm3{k1}{z}, zmm24, zmmword ptr [r13]
vfnmadd213ps zmm0{k4}{z}, zmm1, zmm5
vfnmadd213ps zmm16{k4}{z}, zmm1, zmmword ptr [rsp]
vfnmadd213ps zmm8{k7}{z}, zmm9, zmm5
vfnmadd213ps zmm31{k7}{z}, zmm17, zmmword ptr [r12+64]
vfnmadd231ps xmm0, xmm1, xmm2
vfnmadd231ps xmm15, xmm7, xmm1
vfnmadd231ps xmm3, xmm12, xmm8
vfnmadd231ps xmm8, xmm9, xmm15
vfnmadd231ps xmm0, xmm1, xmmword ptr [rdi-128]
vfnmadd231ps xmm15, xmm7, xmmword ptr [r9+127]
vfnmadd231ps xmm3, xmm12, xmmword ptr [rsi+128]
vfnmadd231ps xmm16, xmm1, xmm2
vfnmadd231ps xmm3, xmm24, xmm7
vfnmadd231ps xmm9, xmm14, xmm31
vfnmadd231ps xmm31, xmm17, xmm23
vfnmadd231ps xmm16, xmm1, xmmword ptr [rbx+8128]
vfnmadd231ps xmm3, xmm24, xmmword ptr [r15+8192]
vfnmadd231ps xmm9, xmm14, xmmword ptr [rdx-8192]
vfnmadd231ps xmm15, xmm7, xmmword ptr [rip+55]
vfnmadd231ps xmm16, xmm1, xmmword ptr [rip+54]
vfnmadd231ps xmm0, xmm1, dword ptr [rcx-8256]{1to4}
vfnmadd231ps xmm15, xmm7, dword ptr [r8+rax*1]{1to4}
vfnmadd231ps xmm9, xmm14, dword ptr [rbp+r9*4]{1to4}
vfnmadd231ps xmm15{k1}{z}, xmm7, xmm5
vfnmadd231ps xmm3{k1}{z}, xmm24, xmmword ptr [r13+rcx*8+4]
vfnmadd231ps xmm0{k4}{z}, xmm1, xmm5
vfnmadd231ps xmm16{k4}{z}, xmm1, xmmword ptr [rsp+rbp*2+2]
vfnmadd231ps xmm8{k7}{z}, xmm9, xmm5
vfnmadd231ps xmm31{k7}{z}, xmm17, xmmword ptr [r10+r12*1+1016]
vfnmadd231ps ymm0, ymm1, ymm2
vfnmadd231ps ymm15, ymm7, ymm1
vfnmadd231ps ymm3, ymm12, ymm8
vfnmadd231ps ymm8, ymm9, ymm15
vfnmadd231ps ymm0, ymm1, ymmword ptr [r11+r13*8-512]
vfnmadd231ps ymm15, ymm7, ymmword ptr [r14+r15*2+100000]
vfnmadd231ps ymm3, ymm12, ymmword ptr [rax]
vfnmadd231ps ymm16, ymm1, ymm2
vfnmadd231ps ymm3, ymm24, ymm7
vfnmadd231ps ymm9, ymm14, ymm31
vfnmadd231ps ymm31, ymm17, ymm23
vfnmadd231ps ymm16, ymm1, ymmword ptr [rbp]
vfnmadd231ps ymm3, ymm24, ymmword ptr [r13]
vfnmadd231ps ymm9, ymm14, ymmword ptr [rsp]
vfnmadd231ps ymm15, ymm7, ymmword ptr [rip+55]
vfnmadd231ps ymm16, ymm1, ymmword ptr [rip+54]
vfnmadd231ps ymm0, ymm1, dword ptr [r12+64]{1to8}
vfnmadd231ps ymm15, ymm7, dword ptr [rdi-128]{1to8}
vfnmadd231ps ymm9, ymm14, dword ptr [r9+127]{1to8}
vfnmadd231ps ymm15{k1}{z}, ymm7, ymm5
vfnmadd231ps ymm3{k1}{z}, ymm24, ymmword ptr [rsi+128]
vfnmadd231ps ymm0{k4}{z}, ymm1, ymm5
vfnmadd231ps ymm16{k4}{z}, ymm1, ymmword ptr [rbx+8128]
vfnmadd231ps ymm8{k7}{z}, ymm9, ymm5
vfnmadd231ps ymm31{k7}{z}, ymm17, ymmword ptr [r15+8192]
vfnmadd231ps zmm0, zmm1, zmm2
vfnmadd231ps zmm15, zmm7, zmm1
vfnmadd231ps zmm3, zmm12, zmm8
vfnmadd231ps zmm8, zmm9, zmm15
vfnmadd231ps zmm0, zmm1, zmmword ptr [rdx-8192]
vfnmadd231ps zmm15, zmm7, zmmword ptr [rcx-8256]
vfnmadd231ps zmm3, zmm12, zmmword ptr [r8+rax*1]
vfnmadd231ps zmm16, zmm1, zmm2
vfnmadd231ps zmm3, zmm24, zmm7
vfnmadd231ps zmm9, zmm14, zmm31
vfnmadd231ps zmm31, zmm17, zmm23
vfnmadd231ps zmm16, zmm1, zmmword ptr [rbp+r9*4]
vfnmadd231ps zmm3, zmm24, zmmword ptr [r13+rcx*8+4]
vfnmadd231ps zmm9, zmm14, zmmword ptr [rsp+rbp*2+2]
vfnmadd231ps zmm15, zmm7, zmmword ptr [rip+54]
vfnmadd231ps zmm16, zmm1, zmmword ptr [rip+54]
vfnmadd231ps zmm0, zmm1, dword ptr [r10+r12*1+1016]{1to16}
vfnmadd231ps zmm15, zmm7, dword ptr [r11+r13*8-512]{1to16}
vfnmadd231ps zmm9, zmm14, dword ptr [r14+r15*2+100000]{1to16}
vfnmadd231ps zmm15{k1}{z}, zmm7, zmm5
vfnmadd231ps zmm3{k1}{z}, zmm24, zmmword ptr [rax]
vfnmadd231ps zmm0{k4}{z}, zmm1, zmm5
vfnmadd231ps zmm16{k4}{z}, zmm1, zmmword ptr [rbp]
vfnmadd231ps zmm8{k7}{z}, zmm9, zmm5
vfnmadd231ps zmm31{k7}{z}, zmm17, zmmword ptr [r13]
vroundps xmm0, xmm2, 4
vroundps xmm15, xmm1, 12
vroundps xmm3, xmm8, 0
vroundps xmm8, xmm15, 1
vroundps xmm0, xmmword ptr [rsi+128], 3
vroundps xmm15, xmmword ptr [r15+8192], 9
vroundps xmm3, xmmword ptr [rcx-8256], 11
vrndscaleps xmm16, xmm2, 4
vroundps xmm3, xmm7, 12
vrndscaleps xmm9, xmm31, 0
vrndscaleps xmm31, xmm23, 1
vrndscaleps xmm16, xmmword ptr [r11+r13*8-512], 3
vroundps xmm3, xmmword ptr [rax], 9
vroundps xmm9, xmmword ptr [r13], 11
vroundps xmm15, xmmword ptr [rip+54], 4
vrndscaleps xmm16, xmmword ptr [rip+53], 12
vrndscaleps xmm0, dword ptr [r9+127]{1to4}, 1
vrndscaleps xmm15, dword ptr [rbx+8128]{1to4}, 3
vrndscaleps xmm9, dword ptr [rdx-8192]{1to4}, 9
vroundps ymm0, ymm2, 10
vroundps ymm15, ymm1, 11
vroundps ymm3, ymm8, 4
vroundps ymm8, ymm15, 12
vroundps ymm0, ymmword ptr [r10+r12*1+1016], 1
vroundps ymm15, ymmword ptr [r14+r15*2+100000], 3
vroundps ymm3, ymmword ptr [rbp], 9
vrndscaleps ymm16, ymm2, 10
vroundps ymm3, ymm7, 11
vrndscaleps ymm9, ymm31, 4
vrndscaleps ymm31, ymm23, 12
vrndscaleps ymm16, ymmword ptr [rsi+128], 1
vroundps ymm3, ymmword ptr [r15+8192], 3
vroundps ymm9, ymmword ptr [rcx-8256], 9
vroundps ymm15, ymmword ptr [rip+54], 10
vrndscaleps ymm16, ymmword ptr [rip+53], 11
vrndscaleps ymm0, dword ptr [rsp+rbp*2+2]{1to8}, 12
vrndscaleps ymm15, dword ptr [r11+r13*8-512]{1to8}, 1
vrndscaleps ymm9, dword ptr [rax]{1to8}, 3
vrndscaleps zmm0, zmm2, 8
vrndscaleps zmm15, zmm1, 9
vrndscaleps zmm3, zmm8, 10
vrndscaleps zmm8, zmm15, 11
vrndscaleps zmm0, zmmword ptr [r9+127], 12
vrndscaleps zmm15, zmmword ptr [rbx+8128], 1
vrndscaleps zmm3, zmmword ptr [rdx-8192], 3
vrndscaleps zmm16, zmm2, 8
vrndscaleps zmm3, zmm7, 9
vrndscaleps zmm9, zmm31, 10
vrndscaleps zmm31, zmm23, 11
vrndscaleps zmm16, zmmword ptr [r10+r12*1+1016], 12
vrndscaleps zmm3, zmmword ptr [r14+r15*2+100000], 1
vrndscaleps zmm9, zmmword ptr [rbp], 3
vrndscaleps zmm15, zmmword ptr [rip+53], 8
vrndscaleps zmm16, zmmword ptr [rip+53], 9
vrndscaleps zmm0, dword ptr [rdi-128]{1to16}, 11
vrndscaleps zmm15, dword ptr [rsi+128]{1to16}, 12
vrndscaleps zmm9, dword ptr [r15+8192]{1to16}, 1
vaddpd xmm0, xmm1, xmm2
vaddpd xmm15, xmm7, xmm1
vaddpd xmm3, xmm12, xmm8
vaddpd xmm8, xmm9, xmm15
vaddpd xmm0, xmm1, xmmword ptr [rcx-8256]
vaddpd xmm15, xmm7, xmmword ptr [r8+rax*1]
vaddpd xmm3, xmm12, xmmword ptr [rbp+r9*4]
vaddpd xmm16, xmm1, xmm2
vaddpd xmm3, xmm24, xmm7
vaddpd xmm9, xmm14, xmm31
vaddpd xmm31, xmm17, xmm23
vaddpd xmm16, xmm1, xmmword ptr [r13+rcx*8+4]
vaddpd xmm3, xmm24, xmmword ptr [rsp+rbp*2+2]
vaddpd xmm9, xmm14, xmmword ptr [r10+r12*1+1016]
vaddpd xmm15, xmm7, xmmword ptr [rip+56]
vaddpd xmm16, xmm1, xmmword ptr [rip+54]
vaddpd xmm0, xmm1, qword ptr [r11+r13*8-512]{1to2}
vaddpd xmm15, xmm7, qword ptr [r14+r15*2+100000]{1to2}
vaddpd xmm9, xmm14, qword ptr [rax]{1to2}
vaddpd xmm15{k1}{z}, xmm7, xmm5
vaddpd xmm3{k1}{z}, xmm24, xmmword ptr [rbp]
vaddpd xmm0{k4}{z}, xmm1, xmm5
vaddpd xmm16{k4}{z}, xmm1, xmmword ptr [r13]
vaddpd xmm8{k7}{z}, xmm9, xmm5
vaddpd xmm31{k7}{z}, xmm17, xmmword ptr [rsp]
vaddpd ymm0, ymm1, ymm2
vaddpd ymm15, ymm7, ymm1
vaddpd ymm3, ymm12, ymm8
vaddpd ymm8, ymm9, ymm15
vaddpd ymm0, ymm1, ymmword ptr [r12+64]
vaddpd ymm15, ymm7, ymmword ptr [rdi-128]
vaddpd ymm3, ymm12, ymmword ptr [r9+127]
vaddpd ymm16, ymm1, ymm2
vaddpd ymm3, ymm24, ymm7
vaddpd ymm9, ymm14, ymm31
vaddpd ymm31, ymm17, ymm23
vaddpd ymm16, ymm1, ymmword ptr [rsi+128]
vaddpd ymm3, ymm24, ymmword ptr [rbx+8128]
vaddpd ymm9, ymm14, ymmword ptr [r15+8192]
vaddpd ymm15, ymm7, ymmword ptr [rip+56]
vaddpd ymm16, ymm1, ymmword ptr [rip+54]
vaddpd ymm0, ymm1, qword ptr [rdx-8192]{1to4}
vaddpd ymm15, ymm7, qword ptr [rcx-8256]{1to4}
vaddpd ymm9, ymm14, qword ptr [r8+rax*1]{1to4}
vaddpd ymm15{k1}{z}, ymm7, ymm5
vaddpd ymm3{k1}{z}, ymm24, ymmword ptr [rbp+r9*4]
vaddpd ymm0{k4}{z}, ymm1, ymm5
vaddpd ymm16{k4}{z}, ymm1, ymmword ptr [r13+rcx*8+4]
vaddpd ymm8{k7}{z}, ymm9, ymm5
vaddpd ymm31{k7}{z}, ymm17, ymmword ptr [rsp+rbp*2+2]
vaddpd zmm0, zmm1, zmm2
vaddpd zmm15, zmm7, zmm1
vaddpd zmm3, zmm12, zmm8
vaddpd zmm8, zmm9, zmm15
vaddpd zmm0, zmm1, zmmword ptr [r10+r12*1+1016]
vaddpd zmm15, zmm7, zmmword ptr [r11+r13*8-512]
vaddpd zmm3, zmm12, zmmword ptr [r14+r15*2+100000]
vaddpd zmm16, zmm1, zmm2
vaddpd zmm3, zmm24, zmm7
vaddpd zmm9, zmm14, zmm31
vaddpd zmm31, zmm17, zmm23
vaddpd zmm16, zmm1, zmmword ptr [rax]
vaddpd zmm3, zmm24, zmmword ptr [rbp]
vaddpd zmm9, zmm14, zmmword ptr [r13]
vaddpd zmm15, zmm7, zmmword ptr [rip+54]
vaddpd zmm16, zmm1, zmmword ptr [rip+54]
vaddpd zmm0, zmm1, qword ptr [rsp]{1to8}
vaddpd zmm15, zmm7, qword ptr [r12+64]{1to8}
vaddpd zmm9, zmm14, qword ptr [rdi-128]{1to8}
vaddpd zmm15{k1}{z}, zmm7, zmm5
vaddpd zmm3{k1}{z}, zmm24, zmmword ptr [r9+127]
vaddpd zmm0{k4}{z}, zmm1, zmm5
vaddpd zmm16{k4}{z}, zmm1, zmmword ptr [rsi+128]
vaddpd zmm8{k7}{z}, zmm9, zmm5
vaddpd zmm31{k7}{z}, zmm17, zmmword ptr [rbx+8128]
vmulpd xmm0, xmm1, xmm2
vmulpd xmm15, xmm7, xmm1
vmulpd xmm3, xmm12, xmm8
vmulpd xmm8, xmm9, xmm15
vmulpd xmm0, xmm1, xmmword ptr [r15+8192]
vmulpd xmm15, xmm7, xmmword ptr [rdx-8192]
vmulpd xmm3, xmm12, xmmword ptr [rcx-8256]
vmulpd xmm16, xmm1, xmm2
vmulpd xmm3, xmm24, xmm7
vmulpd xmm9, xmm14, xmm31
vmulpd xmm31, xmm17, xmm23
vmulpd xmm16, xmm1, xmmword ptr [r8+rax*1]
vmulpd xmm3, xmm24, xmmword ptr [rbp+r9*4]
vmulpd xmm9, xmm14, xmmword ptr [r13+rcx*8+4]
vmulpd xmm15, xmm7, xmmword ptr [rip+56]
vmulpd xmm16, xmm1, xmmword ptr [rip+54]
vmulpd xmm0, xmm1, qword ptr [rsp+rbp*2+2]{1to2}
vmulpd xmm15, xmm7, qword ptr [r10+r12*1+1016]{1to2}
vmulpd xmm9, xmm14, qword ptr [r11+r13*8-512]{1to2}
vmulpd xmm15{k1}{z}, xmm7, xmm5
vmulpd xmm3{k1}{z}, xmm24, xmmword ptr [r14+r15*2+100000]
vmulpd xmm0{k4}{z}, xmm1, xmm5
vmulpd xmm16{k4}{z}, xmm1, xmmword ptr [rax]
vmulpd xmm8{k7}{z}, xmm9, xmm5
vmulpd xmm31{k7}{z}, xmm17, xmmword ptr [rbp]
vmulpd ymm0, ymm1, ymm2
vmulpd ymm15, ymm7, ymm1
vmulpd ymm3, ymm12, ymm8
vmulpd ymm8, ymm9, ymm15
vmulpd ymm0, ymm1, ymmword ptr [r13]
vmulpd ymm15, ymm7, ymmword ptr [rsp]
vmulpd ymm3, ymm12, ymmword ptr [r12+64]
vmulpd ymm16, ymm1, ymm2
vmulpd ymm3, ymm24, ymm7
vmulpd ymm9, ymm14, ymm31
vmulpd ymm31, ymm17, ymm23
vmulpd ymm16, ymm1, ymmword ptr [rdi-128]
vmulpd ymm3, ymm24, ymmword ptr [r9+127]
vmulpd ymm9, ymm14, ymmword ptr [rsi+128]
vmulpd ymm15, ymm7, ymmword ptr [rip+56]
vmulpd ymm16, ymm1, ymmword ptr [rip+54]
vmulpd ymm0, ymm1, qword ptr [rbx+8128]{1to4}
vmulpd ymm15, ymm7, qword ptr [r15+8192]{1to4}
vmulpd ymm9, ymm14, qword ptr [rdx-8192]{1to4}
vmulpd ymm15{k1}{z}, ymm7, ymm5
vmulpd ymm3{k1}{z}, ymm24, ymmword ptr [rcx-8256]
vmulpd ymm0{k4}{z}, ymm1, ymm5
vmulpd ymm16{k4}{z}, ymm1, ymmword ptr [r8+rax*1]
vmulpd ymm8{k7}{z}, ymm9, ymm5
vmulpd ymm31{k7}{z}, ymm17, ymmword ptr [rbp+r9*4]
vmulpd zmm0, zmm1, zmm2
vmulpd zmm15, zmm7, zmm1
vmulpd zmm3, zmm12, zmm8
vmulpd zmm8, zmm9, zmm15
vmulpd zmm0, zmm1, zmmword ptr [r13+rcx*8+4]
vmulpd zmm15, zmm7, zmmword ptr [rsp+rbp*2+2]
vmulpd zmm3, zmm12, zmmword ptr [r10+r12*1+1016]
vmulpd zmm16, zmm1, zmm2
vmulpd zmm3, zmm24, zmm7
vmulpd zmm9, zmm14, zmm31
vmulpd zmm31, zmm17, zmm23
vmulpd zmm16, zmm1, zmmword ptr [r11+r13*8-512]
vmulpd zmm3, zmm24, zmmword ptr [r14+r15*2+100000]
vmulpd zmm9, zmm14, zmmword ptr [rax]
vmulpd zmm15, zmm7, zmmword ptr [rip+54]
vmulpd zmm16, zmm1, zmmword ptr [rip+54]
vmulpd zmm0, zmm1, qword ptr [rbp]{1to8}
vmulpd zmm15, zmm7, qword ptr [r13]{1to8}
vmulpd zmm9, zmm14, qword ptr [rsp]{1to8}
vmulpd zmm15{k1}{z}, zmm7, zmm5
vmulpd zmm3{k1}{z}, zmm24, zmmword ptr [r12+64]
vmulpd zmm0{k4}{z}, zmm1, zmm5
vmulpd zmm16{k4}{z}, zmm1, zmmword ptr [rdi-128]
vmulpd zmm8{k7}{z}, zmm9, zmm5
vmulpd zmm31{k7}{z}, zmm17, zmmword ptr [r9+127]
vaddsd xmm0, xmm1, xmm2
vaddsd xmm15, xmm7, xmm1
vaddsd xmm3, xmm12, xmm8
vaddsd xmm8, xmm9, xmm15
vaddsd xmm0, xmm1, qword ptr [rsi+128]
vaddsd xmm15, xmm7, qword ptr [rbx+8128]
vaddsd xmm3, xmm12, qword ptr [r15+8192]
vaddsd xmm16, xmm1, xmm2
vaddsd xmm3, xmm24, xmm7
vaddsd xmm9, xmm14, xmm31
vaddsd xmm31, xmm17, xmm23
vaddsd xmm16, xmm1, qword ptr [rdx-8192]
vaddsd xmm3, xmm24, qword ptr [rcx-8256]
vaddsd xmm9, xmm14, qword ptr [r8+rax*1]
vaddsd xmm15, xmm7, qword ptr [rip+56]
vaddsd xmm16, xmm1, qword ptr [rip+54]
vaddsd xmm15{k1}{z}, xmm7, xmm5
vaddsd xmm3{k1}{z}, xmm24, qword ptr [rbp+r9*4]
vaddsd xmm0{k4}{z}, xmm1, xmm5
vaddsd xmm16{k4}{z}, xmm1, qword ptr [r13+rcx*8+4]
vaddsd xmm8{k7}{z}, xmm9, xmm5
vaddsd xmm31{k7}{z}, xmm17, qword ptr [rsp+rbp*2+2]
vsubsd xmm0, xmm1, xmm2
vsubsd xmm15, xmm7, xmm1
vsubsd xmm3, xmm12, xmm8
vsubsd xmm8, xmm9, xmm15
vsubsd xmm0, xmm1, qword ptr [r10+r12*1+1016]
vsubsd xmm15, xmm7, qword ptr [r11+r13*8-512]
vsubsd xmm3, xmm12, qword ptr [r14+r15*2+100000]
vsubsd xmm16, xmm1, xmm2
vsubsd xmm3, xmm24, xmm7
vsubsd xmm9, xmm14, xmm31
vsubsd xmm31, xmm17, xmm23
vsubsd xmm16, xmm1, qword ptr [rax]
vsubsd xmm3, xmm24, qword ptr [rbp]
vsubsd xmm9, xmm14, qword ptr [r13]
vsubsd xmm15, xmm7, qword ptr [rip+56]
vsubsd xmm16, xmm1, qword ptr [rip+54]
vsubsd xmm15{k1}{z}, xmm7, xmm5
vsubsd xmm3{k1}{z}, xmm24, qword ptr [rsp]
vsubsd xmm0{k4}{z}, xmm1, xmm5
vsubsd xmm16{k4}{z}, xmm1, qword ptr [r12+64]
vsubsd xmm8{k7}{z}, xmm9, xmm5
vsubsd xmm31{k7}{z}, xmm17, qword ptr [rdi-128]
vmulsd xmm0, xmm1, xmm2
vmulsd xmm15, xmm7, xmm1
vmulsd xmm3, xmm12, xmm8
vmulsd xmm8, xmm9, xmm15
vmulsd xmm0, xmm1, qword ptr [r9+127]
vmulsd xmm15, xmm7, qword ptr [rsi+128]
vmulsd xmm3, xmm12, qword ptr [rbx+8128]
vmulsd xmm16, xmm1, xmm2
vmulsd xmm3, xmm24, xmm7
vmulsd xmm9, xmm14, xmm31
vmulsd xmm31, xmm17, xmm23
vmulsd xmm16, xmm1, qword ptr [r15+8192]
vmulsd xmm3, xmm24, qword ptr [rdx-8192]
vmulsd xmm9, xmm14, qword ptr [rcx-8256]
vmulsd xmm15, xmm7, qword ptr [rip+56]
vmulsd xmm16, xmm1, qword ptr [rip+54]
vmulsd xmm15{k1}{z}, xmm7, xmm5
vmulsd xmm3{k1}{z}, xmm24, qword ptr [r8+rax*1]
vmulsd xmm0{k4}{z}, xmm1, xmm5
vmulsd xmm16{k4}{z}, xmm1, qword ptr [rbp+r9*4]
vmulsd xmm8{k7}{z}, xmm9, xmm5
vmulsd xmm31{k7}{z}, xmm17, qword ptr [r13+rcx*8+4]
vdivsd xmm0, xmm1, xmm2
vdivsd xmm15, xmm7, xmm1
vdivsd xmm3, xmm12, xmm8
vdivsd xmm8, xmm9, xmm15
vdivsd xmm0, xmm1, qword ptr [rsp+rbp*2+2]
vdivsd xmm15, xmm7, qword ptr [r10+r12*1+1016]
vdivsd xmm3, xmm12, qword ptr [r11+r13*8-512]
vdivsd xmm16, xmm1, xmm2
vdivsd xmm3, xmm24, xmm7
vdivsd xmm9, xmm14, xmm31
vdivsd xmm31, xmm17, xmm23
vdivsd xmm16, xmm1, qword ptr [r14+r15*2+100000]
vdivsd xmm3, xmm24, qword ptr [rax]
vdivsd xmm9, xmm14, qword ptr [rbp]
vdivsd xmm15, xmm7, qword ptr [rip+56]
vdivsd xmm16, xmm1, qword ptr [rip+54]
vdivsd xmm15{k1}{z}, xmm7, xmm5
vdivsd xmm3{k1}{z}, xmm24, qword ptr [r13]
vdivsd xmm0{k4}{z}, xmm1, xmm5
vdivsd xmm16{k4}{z}, xmm1, qword ptr [rsp]
vdivsd xmm8{k7}{z}, xmm9, xmm5
vdivsd xmm31{k7}{z}, xmm17, qword ptr [r12+64]
vmaxsd xmm0, xmm1, xmm2
vmaxsd xmm15, xmm7, xmm1
vmaxsd xmm3, xmm12, xmm8
vmaxsd xmm8, xmm9, xmm15
vmaxsd xmm0, xmm1, qword ptr [rdi-128]
vmaxsd xmm15, xmm7, qword ptr [r9+127]
vmaxsd xmm3, xmm12, qword ptr [rsi+128]
vmaxsd xmm16, xmm1, xmm2
vmaxsd xmm3, xmm24, xmm7
vmaxsd xmm9, xmm14, xmm31
vmaxsd xmm31, xmm17, xmm23
vmaxsd xmm16, xmm1, qword ptr [rbx+8128]
vmaxsd xmm3, xmm24, qword ptr [r15+8192]
vmaxsd xmm9, xmm14, qword ptr [rdx-8192]
vmaxsd xmm15, xmm7, qword ptr [rip+56]
vmaxsd xmm16, xmm1, qword ptr [rip+54]
vmaxsd xmm15{k1}{z}, xmm7, xmm5
vmaxsd xmm3{k1}{z}, xmm24, qword ptr [rcx-8256]
vmaxsd xmm0{k4}{z}, xmm1, xmm5
vmaxsd xmm16{k4}{z}, xmm1, qword ptr [r8+rax*1]
vmaxsd xmm8{k7}{z}, xmm9, xmm5
vmaxsd xmm31{k7}{z}, xmm17, qword ptr [rbp+r9*4]
vsqrtsd xmm0, xmm1, xmm2
vsqrtsd xmm15, xmm7, xmm1
vsqrtsd xmm3, xmm12, xmm8
vsqrtsd xmm8, xmm9, xmm15
vsqrtsd xmm0, xmm1, qword ptr [r13+rcx*8+4]
vsqrtsd xmm15, xmm7, qword ptr [rsp+rbp*2+2]
vsqrtsd xmm3, xmm12, qword ptr [r10+r12*1+1016]
vsqrtsd xmm16, xmm1, xmm2
vsqrtsd xmm3, xmm24, xmm7
vsqrtsd xmm9, xmm14, xmm31
vsqrtsd xmm31, xmm17, xmm23
vsqrtsd xmm16, xmm1, qword ptr [r11+r13*8-512]
vsqrtsd xmm3, xmm24, qword ptr [r14+r15*2+100000]
vsqrtsd xmm9, xmm14, qword ptr [rax]
vsqrtsd xmm15, xmm7, qword ptr [rip+56]
vsqrtsd xmm16, xmm1, qword ptr [rip+54]
vsqrtsd xmm15{k1}{z}, xmm7, xmm5
vsqrtsd xmm3{k1}{z}, xmm24, qword ptr [rbp]
vsqrtsd xmm0{k4}{z}, xmm1, xmm5
vsqrtsd xmm16{k4}{z}, xmm1, qword ptr [r13]
vsqrtsd xmm8{k7}{z}, xmm9, xmm5
vsqrtsd xmm31{k7}{z}, xmm17, qword ptr [rsp]
vmovsd xmm0, qword ptr [r12+64]
vmovsd xmm15, qword ptr [rdi-128]
vmovsd xmm3, qword ptr [r9+127]
vmovsd xmm16, qword ptr [rsi+128]
vmovsd xmm3, qword ptr [rbx+8128]
vmovsd xmm9, qword ptr [r15+8192]
vmovsd xmm15, qword ptr [rip+56]
vmovsd xmm16, qword ptr [rip+54]
vfmadd231pd xmm0, xmm1, xmm2
vfmadd231pd xmm15, xmm7, xmm1
vfmadd231pd xmm3, xmm12, xmm8
vfmadd231pd xmm8, xmm9, xmm15
vfmadd231pd xmm0, xmm1, xmmword ptr [rdx-8192]
vfmadd231pd xmm15, xmm7, xmmword ptr [rcx-8256]
vfmadd231pd xmm3, xmm12, xmmword ptr [r8+rax*1]
vfmadd231pd xmm16, xmm1, xmm2
vfmadd231pd xmm3, xmm24, xmm7
vfmadd231pd xmm9, xmm14, xmm31
vfmadd231pd xmm31, xmm17, xmm23
vfmadd231pd xmm16, xmm1, xmmword ptr [rbp+r9*4]
vfmadd231pd xmm3, xmm24, xmmword ptr [r13+rcx*8+4]
vfmadd231pd xmm9, xmm14, xmmword ptr [rsp+rbp*2+2]
vfmadd231pd xmm15, xmm7, xmmword ptr [rip+55]
vfmadd231pd xmm16, xmm1, xmmword ptr [rip+54]
vfmadd231pd xmm0, xmm1, qword ptr [r10+r12*1+1016]{1to2}
vfmadd231pd xmm15, xmm7, qword ptr [r11+r13*8-512]{1to2}
vfmadd231pd xmm9, xmm14, qword ptr [r14+r15*2+100000]{1to2}
vfmadd231pd xmm15{k1}{z}, xmm7, xmm5
vfmadd231pd xmm3{k1}{z}, xmm24, xmmword ptr [rax]
vfmadd231pd xmm0{k4}{z}, xmm1, xmm5
vfmadd231pd xmm16{k4}{z}, xmm1, xmmword ptr [rbp]
vfmadd231pd xmm8{k7}{z}, xmm9, xmm5
vfmadd231pd xmm31{k7}{z}, xmm17, xmmword ptr [r13]
vfmadd231pd ymm0, ymm1, ymm2
vfmadd231pd ymm15, ymm7, ymm1
vfmadd231pd ymm3, ymm12, ymm8
vfmadd231pd ymm8, ymm9, ymm15
vfmadd231pd ymm0, ymm1, ymmword ptr [rsp]
vfmadd231pd ymm15, ymm7, ymmword ptr [r12+64]
vfmadd231pd ymm3, ymm12, ymmword ptr [rdi-128]
vfmadd231pd ymm16, ymm1, ymm2
vfmadd231pd ymm3, ymm24, ymm7
vfmadd231pd ymm9, ymm14, ymm31
vfmadd231pd ymm31, ymm17, ymm23
vfmadd231pd ymm16, ymm1, ymmword ptr [r9+127]
vfmadd231pd ymm3, ymm24, ymmword ptr [rsi+128]
vfmadd231pd ymm9, ymm14, ymmword ptr [rbx+8128]
vfmadd231pd ymm15, ymm7, ymmword ptr [rip+55]
vfmadd231pd ymm16, ymm1, ymmword ptr [rip+54]
vfmadd231pd ymm0, ymm1, qword ptr [r15+8192]{1to4}
vfmadd231pd ymm15, ymm7, qword ptr [rdx-8192]{1to4}
vfmadd231pd ymm9, ymm14, qword ptr [rcx-8256]{1to4}
vfmadd231pd ymm15{k1}{z}, ymm7, ymm5
vfmadd231pd ymm3{k1}{z}, ymm24, ymmword ptr [r8+rax*1]
vfmadd231pd ymm0{k4}{z}, ymm1, ymm5
vfmadd231pd ymm16{k4}{z}, ymm1, ymmword ptr [rbp+r9*4]
vfmadd231pd ymm8{k7}{z}, ymm9, ymm5
vfmadd231pd ymm31{k7}{z}, ymm17, ymmword ptr [r13+rcx*8+4]
vfmadd231pd zmm0, zmm1, zmm2
vfmadd231pd zmm15, zmm7, zmm1
vfmadd231pd zmm3, zmm12, zmm8
vfmadd231pd zmm8, zmm9, zmm15
vfmadd231pd zmm0, zmm1, zmmword ptr [rsp+rbp*2+2]
vfmadd231pd zmm15, zmm7, zmmword ptr [r10+r12*1+1016]
vfmadd231pd zmm3, zmm12, zmmword ptr [r11+r13*8-512]
vfmadd231pd zmm16, zmm1, zmm2
vfmadd231pd zmm3, zmm24, zmm7
vfmadd231pd zmm9, zmm14, zmm31
vfmadd231pd zmm31, zmm17, zmm23
vfmadd231pd zmm16, zmm1, zmmword ptr [r14+r15*2+100000]
vfmadd231pd zmm3, zmm24, zmmword ptr [rax]
vfmadd231pd zmm9, zmm14, zmmword ptr [rbp]
vfmadd231pd zmm15, zmm7, zmmword ptr [rip+54]
vfmadd231pd zmm16, zmm1, zmmword ptr [rip+54]
vfmadd231pd zmm0, zmm1, qword ptr [r13]{1to8}
vfmadd231pd zmm15, zmm7, qword ptr [rsp]{1to8}
vfmadd231pd zmm9, zmm14, qword ptr [r12+64]{1to8}
vfmadd231pd zmm15{k1}{z}, zmm7, zmm5
vfmadd231pd zmm3{k1}{z}, zmm24, zmmword ptr [rdi-128]
vfmadd231pd zmm0{k4}{z}, zmm1, zmm5
vfmadd231pd zmm16{k4}{z}, zmm1, zmmword ptr [r9+127]
vfmadd231pd zmm8{k7}{z}, zmm9, zmm5
vfmadd231pd zmm31{k7}{z}, zmm17, zmmword ptr [rsi+128]
vcvtps2pd xmm0, xmm2
vcvtps2pd xmm15, xmm1
vcvtps2pd xmm3, xmm8
vcvtps2pd xmm8, xmm15
vcvtps2pd xmm0, qword ptr [rbx+8128]
vcvtps2pd xmm15, qword ptr [r15+8192]
vcvtps2pd xmm3, qword ptr [rdx-8192]
vcvtps2pd xmm16, xmm2
vcvtps2pd xmm3, xmm7
vcvtps2pd xmm9, xmm31
vcvtps2pd xmm31, xmm23
vcvtps2pd xmm16, qword ptr [rcx-8256]
vcvtps2pd xmm3, qword ptr [r8+rax*1]
vcvtps2pd xmm9, qword ptr [rbp+r9*4]
vcvtps2pd xmm15, qword ptr [rip+56]
vcvtps2pd xmm16, qword ptr [rip+54]
vcvtps2pd xmm0, dword ptr [r13+rcx*8+4]{1to2}
vcvtps2pd xmm15, dword ptr [rsp+rbp*2+2]{1to2}
vcvtps2pd xmm9, dword ptr [r10+r12*1+1016]{1to2}
vcvtps2pd ymm0, xmm2
vcvtps2pd ymm15, xmm1
vcvtps2pd ymm3, xmm8
vcvtps2pd ymm8, xmm15
vcvtps2pd ymm0, xmmword ptr [r11+r13*8-512]
vcvtps2pd ymm15, xmmword ptr [r14+r15*2+100000]
vcvtps2pd ymm3, xmmword ptr [rax]
vcvtps2pd ymm16, xmm2
vcvtps2pd ymm3, xmm7
vcvtps2pd ymm9, xmm31
vcvtps2pd ymm31, xmm23
vcvtps2pd ymm16, xmmword ptr [rbp]
vcvtps2pd ymm3, xmmword ptr [r13]
vcvtps2pd ymm9, xmmword ptr [rsp]
vcvtps2pd ymm15, xmmword ptr [rip+56]
vcvtps2pd ymm16, xmmword ptr [rip+54]
vcvtps2pd ymm0, dword ptr [r12+64]{1to4}
vcvtps2pd ymm15, dword ptr [rdi-128]{1to4}
vcvtps2pd ymm9, dword ptr [r9+127]{1to4}
vcvtps2pd zmm0, ymm2
vcvtps2pd zmm15, ymm1
vcvtps2pd zmm3, ymm8
vcvtps2pd zmm8, ymm15
vcvtps2pd zmm0, ymmword ptr [rsi+128]
vcvtps2pd zmm15, ymmword ptr [rbx+8128]
vcvtps2pd zmm3, ymmword ptr [r15+8192]
vcvtps2pd zmm16, ymm2
vcvtps2pd zmm3, ymm7
vcvtps2pd zmm9, ymm31
vcvtps2pd zmm31, ymm23
vcvtps2pd zmm16, ymmword ptr [rdx-8192]
vcvtps2pd zmm3, ymmword ptr [rcx-8256]
vcvtps2pd zmm9, ymmword ptr [r8+rax*1]
vcvtps2pd zmm15, ymmword ptr [rip+54]
vcvtps2pd zmm16, ymmword ptr [rip+54]
vcvtps2pd zmm0, dword ptr [rbp+r9*4]{1to8}
vcvtps2pd zmm15, dword ptr [r13+rcx*8+4]{1to8}
vcvtps2pd zmm9, dword ptr [rsp+rbp*2+2]{1to8}
vcvtss2sd xmm0, xmm1, xmm2
vcvtss2sd xmm15, xmm7, xmm1
vcvtss2sd xmm3, xmm12, xmm8
vcvtss2sd xmm8, xmm9, xmm15
vcvtss2sd xmm0, xmm1, dword ptr [r10+r12*1+1016]
vcvtss2sd xmm15, xmm7, dword ptr [r11+r13*8-512]
vcvtss2sd xmm3, xmm12, dword ptr [r14+r15*2+100000]
vcvtss2sd xmm16, xmm1, xmm2
vcvtss2sd xmm3, xmm24, xmm7
vcvtss2sd xmm9, xmm14, xmm31
vcvtss2sd xmm31, xmm17, xmm23
vcvtss2sd xmm16, xmm1, dword ptr [rax]
vcvtss2sd xmm3, xmm24, dword ptr [rbp]
vcvtss2sd xmm9, xmm14, dword ptr [r13]
vcvtss2sd xmm15, xmm7, dword ptr [rip+56]
vcvtss2sd xmm16, xmm1, dword ptr [rip+54]
vcvtss2sd xmm15{k1}{z}, xmm7, xmm5
vcvtss2sd xmm3{k1}{z}, xmm24, dword ptr [rsp]
vcvtss2sd xmm0{k4}{z}, xmm1, xmm5
vcvtss2sd xmm16{k4}{z}, xmm1, dword ptr [r12+64]
vcvtss2sd xmm8{k7}{z}, xmm9, xmm5
vcvtss2sd xmm31{k7}{z}, xmm17, dword ptr [rdi-128]
vcvtsd2ss xmm0, xmm1, xmm2
vcvtsd2ss xmm15, xmm7, xmm1
vcvtsd2ss xmm3, xmm12, xmm8
vcvtsd2ss xmm8, xmm9, xmm15
vcvtsd2ss xmm0, xmm1, qword ptr [r9+127]
vcvtsd2ss xmm15, xmm7, qword ptr [rsi+128]
vcvtsd2ss xmm3, xmm12, qword ptr [rbx+8128]
vcvtsd2ss xmm16, xmm1, xmm2
vcvtsd2ss xmm3, xmm24, xmm7
vcvtsd2ss xmm9, xmm14, xmm31
vcvtsd2ss xmm31, xmm17, xmm23
vcvtsd2ss xmm16, xmm1, qword ptr [r15+8192]
vcvtsd2ss xmm3, xmm24, qword ptr [rdx-8192]
vcvtsd2ss xmm9, xmm14, qword ptr [rcx-8256]
vcvtsd2ss xmm15, xmm7, qword ptr [rip+56]
vcvtsd2ss xmm16, xmm1, qword ptr [rip+54]
vcvtsd2ss xmm15{k1}{z}, xmm7, xmm5
vcvtsd2ss xmm3{k1}{z}, xmm24, qword ptr [r8+rax*1]
vcvtsd2ss xmm0{k4}{z}, xmm1, xmm5
vcvtsd2ss xmm16{k4}{z}, xmm1, qword ptr [rbp+r9*4]
vcvtsd2ss xmm8{k7}{z}, xmm9, xmm5
vcvtsd2ss xmm31{k7}{z}, xmm17, qword ptr [r13+rcx*8+4]
vcvtph2ps xmm0, xmm2
vcvtph2ps xmm15, xmm1
vcvtph2ps xmm3, xmm8
vcvtph2ps xmm8, xmm15
vcvtph2ps xmm0, qword ptr [rsp+rbp*2+2]
vcvtph2ps xmm15, qword ptr [r10+r12*1+1016]
vcvtph2ps xmm3, qword ptr [r11+r13*8-512]
vcvtph2ps xmm16, xmm2
vcvtph2ps xmm3, xmm7
vcvtph2ps xmm9, xmm31
vcvtph2ps xmm31, xmm23
vcvtph2ps xmm16, qword ptr [r14+r15*2+100000]
vcvtph2ps xmm3, qword ptr [rax]
vcvtph2ps xmm9, qword ptr [rbp]
vcvtph2ps xmm15, qword ptr [rip+55]
vcvtph2ps xmm16, qword ptr [rip+54]
vcvtph2ps ymm0, xmm2
vcvtph2ps ymm15, xmm1
vcvtph2ps ymm3, xmm8
vcvtph2ps ymm8, xmm15
vcvtph2ps ymm0, xmmword ptr [r13]
vcvtph2ps ymm15, xmmword ptr [rsp]
vcvtph2ps ymm3, xmmword ptr [r12+64]
vcvtph2ps ymm16, xmm2
vcvtph2ps ymm3, xmm7
vcvtph2ps ymm9, xmm31
vcvtph2ps ymm31, xmm23
vcvtph2ps ymm16, xmmword ptr [rdi-128]
vcvtph2ps ymm3, xmmword ptr [r9+127]
vcvtph2ps ymm9, xmmword ptr [rsi+128]
vcvtph2ps ymm15, xmmword ptr [rip+55]
vcvtph2ps ymm16, xmmword ptr [rip+54]
vcvtph2ps zmm0, ymm2
vcvtph2ps zmm15, ymm1
vcvtph2ps zmm3, ymm8
vcvtph2ps zmm8, ymm15
vcvtph2ps zmm0, ymmword ptr [rbx+8128]
vcvtph2ps zmm15, ymmword ptr [r15+8192]
vcvtph2ps zmm3, ymmword ptr [rdx-8192]
vcvtph2ps zmm16, ymm2
vcvtph2ps zmm3, ymm7
vcvtph2ps zmm9, ymm31
vcvtph2ps zmm31, ymm23
vcvtph2ps zmm16, ymmword ptr [rcx-8256]
vcvtph2ps zmm3, ymmword ptr [r8+rax*1]
vcvtph2ps zmm9, ymmword ptr [rbp+r9*4]
vcvtph2ps zmm15, ymmword ptr [rip+54]
vcvtph2ps zmm16, ymmword ptr [rip+54]
vandps xmm0, xmm1, xmm2
vandps xmm15, xmm7, xmm1
vandps xmm3, xmm12, xmm8
vandps xmm8, xmm9, xmm15
vandps xmm0, xmm1, xmmword ptr [r13+rcx*8+4]
vandps xmm15, xmm7, xmmword ptr [rsp+rbp*2+2]
vandps xmm3, xmm12, xmmword ptr [r10+r12*1+1016]
vandps xmm16, xmm1, xmm2
vandps xmm3, xmm24, xmm7
vandps xmm9, xmm14, xmm31
vandps xmm31, xmm17, xmm23
vandps xmm16, xmm1, xmmword ptr [r11+r13*8-512]
vandps xmm3, xmm24, xmmword ptr [r14+r15*2+100000]
vandps xmm9, xmm14, xmmword ptr [rax]
vandps xmm15, xmm7, xmmword ptr [rip+56]
vandps xmm16, xmm1, xmmword ptr [rip+54]
vandps xmm0, xmm1, dword ptr [rbp]{1to4}
vandps xmm15, xmm7, dword ptr [r13]{1to4}
vandps xmm9, xmm14, dword ptr [rsp]{1to4}
vandps xmm15{k1}{z}, xmm7, xmm5
vandps xmm3{k1}{z}, xmm24, xmmword ptr [r12+64]
vandps xmm0{k4}{z}, xmm1, xmm5
vandps xmm16{k4}{z}, xmm1, xmmword ptr [rdi-128]
vandps xmm8{k7}{z}, xmm9, xmm5
vandps xmm31{k7}{z}, xmm17, xmmword ptr [r9+127]
vandps ymm0, ymm1, ymm2
vandps ymm15, ymm7, ymm1
vandps ymm3, ymm12, ymm8
vandps ymm8, ymm9, ymm15
vandps ymm0, ymm1, ymmword ptr [rsi+128]
vandps ymm15, ymm7, ymmword ptr [rbx+8128]
vandps ymm3, ymm12, ymmword ptr [r15+8192]
vandps ymm16, ymm1, ymm2
vandps ymm3, ymm24, ymm7
vandps ymm9, ymm14, ymm31
vandps ymm31, ymm17, ymm23
vandps ymm16, ymm1, ymmword ptr [rdx-8192]
vandps ymm3, ymm24, ymmword ptr [rcx-8256]
vandps ymm9, ymm14, ymmword ptr [r8+rax*1]
vandps ymm15, ymm7, ymmword ptr [rip+56]
vandps ymm16, ymm1, ymmword ptr [rip+54]
vandps ymm0, ymm1, dword ptr [rbp+r9*4]{1to8}
vandps ymm15, ymm7, dword ptr [r13+rcx*8+4]{1to8}
vandps ymm9, ymm14, dword ptr [rsp+rbp*2+2]{1to8}
vandps ymm15{k1}{z}, ymm7, ymm5
vandps ymm3{k1}{z}, ymm24, ymmword ptr [r10+r12*1+1016]
vandps ymm0{k4}{z}, ymm1, ymm5
vandps ymm16{k4}{z}, ymm1, ymmword ptr [r11+r13*8-512]
vandps ymm8{k7}{z}, ymm9, ymm5
vandps ymm31{k7}{z}, ymm17, ymmword ptr [r14+r15*2+100000]
vandps zmm0, zmm1, zmm2
vandps zmm15, zmm7, zmm1
vandps zmm3, zmm12, zmm8
vandps zmm8, zmm9, zmm15
vandps zmm0, zmm1, zmmword ptr [rax]
vandps zmm15, zmm7, zmmword ptr [rbp]
vandps zmm3, zmm12, zmmword ptr [r13]
vandps zmm16, zmm1, zmm2
vandps zmm3, zmm24, zmm7
vandps zmm9, zmm14, zmm31
vandps zmm31, zmm17, zmm23
vandps zmm16, zmm1, zmmword ptr [rsp]
vandps zmm3, zmm24, zmmword ptr [r12+64]
vandps zmm9, zmm14, zmmword ptr [rdi-128]
vandps zmm15, zmm7, zmmword ptr [rip+54]
vandps zmm16, zmm1, zmmword ptr [rip+54]
vandps zmm0, zmm1, dword ptr [r9+127]{1to16}
vandps zmm15, zmm7, dword ptr [rsi+128]{1to16}
vandps zmm9, zmm14, dword ptr [rbx+8128]{1to16}
vandps zmm15{k1}{z}, zmm7, zmm5
vandps zmm3{k1}{z}, zmm24, zmmword ptr [r15+8192]
vandps zmm0{k4}{z}, zmm1, zmm5
vandps zmm16{k4}{z}, zmm1, zmmword ptr [rdx-8192]
vandps zmm8{k7}{z}, zmm9, zmm5
vandps zmm31{k7}{z}, zmm17, zmmword ptr [rcx-8256]
vandnps xmm0, xmm1, xmm2
vandnps xmm15, xmm7, xmm1
vandnps xmm3, xmm12, xmm8
vandnps xmm8, xmm9, xmm15
vandnps xmm0, xmm1, xmmword ptr [r8+rax*1]
vandnps xmm15, xmm7, xmmword ptr [rbp+r9*4]
vandnps xmm3, xmm12, xmmword ptr [r13+rcx*8+4]
vandnps xmm16, xmm1, xmm2
vandnps xmm3, xmm24, xmm7
vandnps xmm9, xmm14, xmm31
vandnps xmm31, xmm17, xmm23
vandnps xmm16, xmm1, xmmword ptr [rsp+rbp*2+2]
vandnps xmm3, xmm24, xmmword ptr [r10+r12*1+1016]
vandnps xmm9, xmm14, xmmword ptr [r11+r13*8-512]
vandnps xmm15, xmm7, xmmword ptr [rip+56]
vandnps xmm16, xmm1, xmmword ptr [rip+54]
vandnps xmm0, xmm1, dword ptr [r14+r15*2+100000]{1to4}
vandnps xmm15, xmm7, dword ptr [rax]{1to4}
vandnps xmm9, xmm14, dword ptr [rbp]{1to4}
vandnps xmm15{k1}{z}, xmm7, xmm5
vandnps xmm3{k1}{z}, xmm24, xmmword ptr [r13]
vandnps xmm0{k4}{z}, xmm1, xmm5
vandnps xmm16{k4}{z}, xmm1, xmmword ptr [rsp]
vandnps xmm8{k7}{z}, xmm9, xmm5
vandnps xmm31{k7}{z}, xmm17, xmmword ptr [r12+64]
vandnps ymm0, ymm1, ymm2
vandnps ymm15, ymm7, ymm1
vandnps ymm3, ymm12, ymm8
vandnps ymm8, ymm9, ymm15
vandnps ymm0, ymm1, ymmword ptr [rdi-128]
vandnps ymm15, ymm7, ymmword ptr [r9+127]
vandnps ymm3, ymm12, ymmword ptr [rsi+128]
vandnps ymm16, ymm1, ymm2
vandnps ymm3, ymm24, ymm7
vandnps ymm9, ymm14, ymm31
vandnps ymm31, ymm17, ymm23
vandnps ymm16, ymm1, ymmword ptr [rbx+8128]
vandnps ymm3, ymm24, ymmword ptr [r15+8192]
vandnps ymm9, ymm14, ymmword ptr [rdx-8192]
vandnps ymm15, ymm7, ymmword ptr [rip+56]
vandnps ymm16, ymm1, ymmword ptr [rip+54]
vandnps ymm0, ymm1, dword ptr [rcx-8256]{1to8}
vandnps ymm15, ymm7, dword ptr [r8+rax*1]{1to8}
vandnps ymm9, ymm14, dword ptr [rbp+r9*4]{1to8}
vandnps ymm15{k1}{z}, ymm7, ymm5
vandnps ymm3{k1}{z}, ymm24, ymmword ptr [r13+rcx*8+4]
vandnps ymm0{k4}{z}, ymm1, ymm5
vandnps ymm16{k4}{z}, ymm1, ymmword ptr [rsp+rbp*2+2]
vandnps ymm8{k7}{z}, ymm9, ymm5
vandnps ymm31{k7}{z}, ymm17, ymmword ptr [r10+r12*1+1016]
vandnps zmm0, zmm1, zmm2
vandnps zmm15, zmm7, zmm1
vandnps zmm3, zmm12, zmm8
vandnps zmm8, zmm9, zmm15
vandnps zmm0, zmm1, zmmword ptr [r11+r13*8-512]
vandnps zmm15, zmm7, zmmword ptr [r14+r15*2+100000]
vandnps zmm3, zmm12, zmmword ptr [rax]
vandnps zmm16, zmm1, zmm2
vandnps zmm3, zmm24, zmm7
vandnps zmm9, zmm14, zmm31
vandnps zmm31, zmm17, zmm23
vandnps zmm16, zmm1, zmmword ptr [rbp]
vandnps zmm3, zmm24, zmmword ptr [r13]
vandnps zmm9, zmm14, zmmword ptr [rsp]
vandnps zmm15, zmm7, zmmword ptr [rip+54]
vandnps zmm16, zmm1, zmmword ptr [rip+54]
vandnps zmm0, zmm1, dword ptr [r12+64]{1to16}
vandnps zmm15, zmm7, dword ptr [rdi-128]{1to16}
vandnps zmm9, zmm14, dword ptr [r9+127]{1to16}
vandnps zmm15{k1}{z}, zmm7, zmm5
vandnps zmm3{k1}{z}, zmm24, zmmword ptr [rsi+128]
vandnps zmm0{k4}{z}, zmm1, zmm5
vandnps zmm16{k4}{z}, zmm1, zmmword ptr [rbx+8128]
vandnps zmm8{k7}{z}, zmm9, zmm5
vandnps zmm31{k7}{z}, zmm17, zmmword ptr [r15+8192]
vorps xmm0, xmm1, xmm2
vorps xmm15, xmm7, xmm1
vorps xmm3, xmm12, xmm8
vorps xmm8, xmm9, xmm15
vorps xmm0, xmm1, xmmword ptr [rdx-8192]
vorps xmm15, xmm7, xmmword ptr [rcx-8256]
vorps xmm3, xmm12, xmmword ptr [r8+rax*1]
vorps xmm16, xmm1, xmm2
vorps xmm3, xmm24, xmm7
vorps xmm9, xmm14, xmm31
vorps xmm31, xmm17, xmm23
vorps xmm16, xmm1, xmmword ptr [rbp+r9*4]
vorps xmm3, xmm24, xmmword ptr [r13+rcx*8+4]
vorps xmm9, xmm14, xmmword ptr [rsp+rbp*2+2]
vorps xmm15, xmm7, xmmword ptr [rip+56]
vorps xmm16, xmm1, xmmword ptr [rip+54]
vorps xmm0, xmm1, dword ptr [r10+r12*1+1016]{1to4}
vorps xmm15, xmm7, dword ptr [r11+r13*8-512]{1to4}
vorps xmm9, xmm14, dword ptr [r14+r15*2+100000]{1to4}
vorps xmm15{k1}{z}, xmm7, xmm5
vorps xmm3{k1}{z}, xmm24, xmmword ptr [rax]
vorps xmm0{k4}{z}, xmm1, xmm5
vorps xmm16{k4}{z}, xmm1, xmmword ptr [rbp]
vorps xmm8{k7}{z}, xmm9, xmm5
vorps xmm31{k7}{z}, xmm17, xmmword ptr [r13]
vorps ymm0, ymm1, ymm2
vorps ymm15, ymm7, ymm1
vorps ymm3, ymm12, ymm8
vorps ymm8, ymm9, ymm15
vorps ymm0, ymm1, ymmword ptr [rsp]
vorps ymm15, ymm7, ymmword ptr [r12+64]
vorps ymm3, ymm12, ymmword ptr [rdi-128]
vorps ymm16, ymm1, ymm2
vorps ymm3, ymm24, ymm7
vorps ymm9, ymm14, ymm31
vorps ymm31, ymm17, ymm23
vorps ymm16, ymm1, ymmword ptr [r9+127]
vorps ymm3, ymm24, ymmword ptr [rsi+128]
vorps ymm9, ymm14, ymmword ptr [rbx+8128]
vorps ymm15, ymm7, ymmword ptr [rip+56]
vorps ymm16, ymm1, ymmword ptr [rip+54]
vorps ymm0, ymm1, dword ptr [r15+8192]{1to8}
vorps ymm15, ymm7, dword ptr [rdx-8192]{1to8}
vorps ymm9, ymm14, dword ptr [rcx-8256]{1to8}
vorps ymm15{k1}{z}, ymm7, ymm5
vorps ymm3{k1}{z}, ymm24, ymmword ptr [r8+rax*1]
vorps ymm0{k4}{z}, ymm1, ymm5
vorps ymm16{k4}{z}, ymm1, ymmword ptr [rbp+r9*4]
vorps ymm8{k7}{z}, ymm9, ymm5
vorps ymm31{k7}{z}, ymm17, ymmword ptr [r13+rcx*8+4]
vorps zmm0, zmm1, zmm2
vorps zmm15, zmm7, zmm1
vorps zmm3, zmm12, zmm8
vorps zmm8, zmm9, zmm15
vorps zmm0, zmm1, zmmword ptr [rsp+rbp*2+2]
vorps zmm15, zmm7, zmmword ptr [r10+r12*1+1016]
vorps zmm3, zmm12, zmmword ptr [r11+r13*8-512]
vorps zmm16, zmm1, zmm2
vorps zmm3, zmm24, zmm7
vorps zmm9, zmm14, zmm31
vorps zmm31, zmm17, zmm23
vorps zmm16, zmm1, zmmword ptr [r14+r15*2+100000]
vorps zmm3, zmm24, zmmword ptr [rax]
vorps zmm9, zmm14, zmmword ptr [rbp]
vorps zmm15, zmm7, zmmword ptr [rip+54]
vorps zmm16, zmm1, zmmword ptr [rip+54]
vorps zmm0, zmm1, dword ptr [r13]{1to16}
vorps zmm15, zmm7, dword ptr [rsp]{1to16}
vorps zmm9, zmm14, dword ptr [r12+64]{1to16}
vorps zmm15{k1}{z}, zmm7, zmm5
vorps zmm3{k1}{z}, zmm24, zmmword ptr [rdi-128]
vorps zmm0{k4}{z}, zmm1, zmm5
vorps zmm16{k4}{z}, zmm1, zmmword ptr [r9+127]
vorps zmm8{k7}{z}, zmm9, zmm5
vorps zmm31{k7}{z}, zmm17, zmmword ptr [rsi+128]
vxorps xmm0, xmm1, xmm2
vxorps xmm15, xmm7, xmm1
vxorps xmm3, xmm12, xmm8
vxorps xmm8, xmm9, xmm15
vxorps xmm0, xmm1, xmmword ptr [rbx+8128]
vxorps xmm15, xmm7, xmmword ptr [r15+8192]
vxorps xmm3, xmm12, xmmword ptr [rdx-8192]
vxorps xmm16, xmm1, xmm2
vxorps xmm3, xmm24, xmm7
vxorps xmm9, xmm14, xmm31
vxorps xmm31, xmm17, xmm23
vxorps xmm16, xmm1, xmmword ptr [rcx-8256]
vxorps xmm3, xmm24, xmmword ptr [r8+rax*1]
vxorps xmm9, xmm14, xmmword ptr [rbp+r9*4]
vxorps xmm15, xmm7, xmmword ptr [rip+56]
vxorps xmm16, xmm1, xmmword ptr [rip+54]
vxorps xmm0, xmm1, dword ptr [r13+rcx*8+4]{1to4}
vxorps xmm15, xmm7, dword ptr [rsp+rbp*2+2]{1to4}
vxorps xmm9, xmm14, dword ptr [r10+r12*1+1016]{1to4}
vxorps xmm15{k1}{z}, xmm7, xmm5
vxorps xmm3{k1}{z}, xmm24, xmmword ptr [r11+r13*8-512]
vxorps xmm0{k4}{z}, xmm1, xmm5
vxorps xmm16{k4}{z}, xmm1, xmmword ptr [r14+r15*2+100000]
vxorps xmm8{k7}{z}, xmm9, xmm5
vxorps xmm31{k7}{z}, xmm17, xmmword ptr [rax]
vxorps ymm0, ymm1, ymm2
vxorps ymm15, ymm7, ymm1
vxorps ymm3, ymm12, ymm8
vxorps ymm8, ymm9, ymm15
vxorps ymm0, ymm1, ymmword ptr [rbp]
vxorps ymm15, ymm7, ymmword ptr [r13]
vxorps ymm3, ymm12, ymmword ptr [rsp]
vxorps ymm16, ymm1, ymm2
vxorps ymm3, ymm24, ymm7
vxorps ymm9, ymm14, ymm31
vxorps ymm31, ymm17, ymm23
vxorps ymm16, ymm1, ymmword ptr [r12+64]
vxorps ymm3, ymm24, ymmword ptr [rdi-128]
vxorps ymm9, ymm14, ymmword ptr [r9+127]
vxorps ymm15, ymm7, ymmword ptr [rip+56]
vxorps ymm16, ymm1, ymmword ptr [rip+54]
vxorps ymm0, ymm1, dword ptr [rsi+128]{1to8}
vxorps ymm15, ymm7, dword ptr [rbx+8128]{1to8}
vxorps ymm9, ymm14, dword ptr [r15+8192]{1to8}
vxorps ymm15{k1}{z}, ymm7, ymm5
vxorps ymm3{k1}{z}, ymm24, ymmword ptr [rdx-8192]
vxorps ymm0{k4}{z}, ymm1, ymm5
vxorps ymm16{k4}{z}, ymm1, ymmword ptr [rcx-8256]
vxorps ymm8{k7}{z}, ymm9, ymm5
vxorps ymm31{k7}{z}, ymm17, ymmword ptr [r8+rax*1]
vxorps zmm0, zmm1, zmm2
vxorps zmm15, zmm7, zmm1
vxorps zmm3, zmm12, zmm8
vxorps zmm8, zmm9, zmm15
vxorps zmm0, zmm1, zmmword ptr [rbp+r9*4]
vxorps zmm15, zmm7, zmmword ptr [r13+rcx*8+4]
vxorps zmm3, zmm12, zmmword ptr [rsp+rbp*2+2]
vxorps zmm16, zmm1, zmm2
vxorps zmm3, zmm24, zmm7
vxorps zmm9, zmm14, zmm31
vxorps zmm31, zmm17, zmm23
vxorps zmm16, zmm1, zmmword ptr [r10+r12*1+1016]
vxorps zmm3, zmm24, zmmword ptr [r11+r13*8-512]
vxorps zmm9, zmm14, zmmword ptr [r14+r15*2+100000]
vxorps zmm15, zmm7, zmmword ptr [rip+54]
vxorps zmm16, zmm1, zmmword ptr [rip+54]
vxorps zmm0, zmm1, dword ptr [rax]{1to16}
vxorps zmm15, zmm7, dword ptr [rbp]{1to16}
vxorps zmm9, zmm14, dword ptr [r13]{1to16}
vxorps zmm15{k1}{z}, zmm7, zmm5
vxorps zmm3{k1}{z}, zmm24, zmmword ptr [rsp]
vxorps zmm0{k4}{z}, zmm1, zmm5
vxorps zmm16{k4}{z}, zmm1, zmmword ptr [r12+64]
vxorps zmm8{k7}{z}, zmm9, zmm5
vxorps zmm31{k7}{z}, zmm17, zmmword ptr [rdi-128]
vpaddd xmm0, xmm1, xmm2
vpaddd xmm15, xmm7, xmm1
vpaddd xmm3, xmm12, xmm8
vpaddd xmm8, xmm9, xmm15
vpaddd xmm0, xmm1, xmmword ptr [r9+127]
vpaddd xmm15, xmm7, xmmword ptr [rsi+128]
vpaddd xmm3, xmm12, xmmword ptr [rbx+8128]
vpaddd xmm16, xmm1, xmm2
vpaddd xmm3, xmm24, xmm7
vpaddd xmm9, xmm14, xmm31
vpaddd xmm31, xmm17, xmm23
vpaddd xmm16, xmm1, xmmword ptr [r15+8192]
vpaddd xmm3, xmm24, xmmword ptr [rdx-8192]
vpaddd xmm9, xmm14, xmmword ptr [rcx-8256]
vpaddd xmm15, xmm7, xmmword ptr [rip+56]
vpaddd xmm16, xmm1, xmmword ptr [rip+54]
vpaddd xmm0, xmm1, dword ptr [r8+rax*1]{1to4}
vpaddd xmm15, xmm7, dword ptr [rbp+r9*4]{1to4}
vpaddd xmm9, xmm14, dword ptr [r13+rcx*8+4]{1to4}
vpaddd xmm15{k1}{z}, xmm7, xmm5
vpaddd xmm3{k1}{z}, xmm24, xmmword ptr [rsp+rbp*2+2]
vpaddd xmm0{k4}{z}, xmm1, xmm5
vpaddd xmm16{k4}{z}, xmm1, xmmword ptr [r10+r12*1+1016]
vpaddd xmm8{k7}{z}, xmm9, xmm5
vpaddd xmm31{k7}{z}, xmm17, xmmword ptr [r11+r13*8-512]
vpaddd ymm0, ymm1, ymm2
vpaddd ymm15, ymm7, ymm1
vpaddd ymm3, ymm12, ymm8
vpaddd ymm8, ymm9, ymm15
vpaddd ymm0, ymm1, ymmword ptr [r14+r15*2+100000]
vpaddd ymm15, ymm7, ymmword ptr [rax]
vpaddd ymm3, ymm12, ymmword ptr [rbp]
vpaddd ymm16, ymm1, ymm2
vpaddd ymm3, ymm24, ymm7
vpaddd ymm9, ymm14, ymm31
vpaddd ymm31, ymm17, ymm23
vpaddd ymm16, ymm1, ymmword ptr [r13]
vpaddd ymm3, ymm24, ymmword ptr [rsp]
vpaddd ymm9, ymm14, ymmword ptr [r12+64]
vpaddd ymm15, ymm7, ymmword ptr [rip+56]
vpaddd ymm16, ymm1, ymmword ptr [rip+54]
vpaddd ymm0, ymm1, dword ptr [rdi-128]{1to8}
vpaddd ymm15, ymm7, dword ptr [r9+127]{1to8}
vpaddd ymm9, ymm14, dword ptr [rsi+128]{1to8}
vpaddd ymm15{k1}{z}, ymm7, ymm5
vpaddd ymm3{k1}{z}, ymm24, ymmword ptr [rbx+8128]
vpaddd ymm0{k4}{z}, ymm1, ymm5
vpaddd ymm16{k4}{z}, ymm1, ymmword ptr [r15+8192]
vpaddd ymm8{k7}{z}, ymm9, ymm5
vpaddd ymm31{k7}{z}, ymm17, ymmword ptr [rdx-8192]
vpaddd zmm0, zmm1, zmm2
vpaddd zmm15, zmm7, zmm1
vpaddd zmm3, zmm12, zmm8
vpaddd zmm8, zmm9, zmm15
vpaddd zmm0, zmm1, zmmword ptr [rcx-8256]
vpaddd zmm15, zmm7, zmmword ptr [r8+rax*1]
vpaddd zmm3, zmm12, zmmword ptr [rbp+r9*4]
vpaddd zmm16, zmm1, zmm2
vpaddd zmm3, zmm24, zmm7
vpaddd zmm9, zmm14, zmm31
vpaddd zmm31, zmm17, zmm23
vpaddd zmm16, zmm1, zmmword ptr [r13+rcx*8+4]
vpaddd zmm3, zmm24, zmmword ptr [rsp+rbp*2+2]
vpaddd zmm9, zmm14, zmmword ptr [r10+r12*1+1016]
vpaddd zmm15, zmm7, zmmword ptr [rip+54]
vpaddd zmm16, zmm1, zmmword ptr [rip+54]
vpaddd zmm0, zmm1, dword ptr [r11+r13*8-512]{1to16}
vpaddd zmm15, zmm7, dword ptr [r14+r15*2+100000]{1to16}
vpaddd zmm9, zmm14, dword ptr [rax]{1to16}
vpaddd zmm15{k1}{z}, zmm7, zmm5
vpaddd zmm3{k1}{z}, zmm24, zmmword ptr [rbp]
vpaddd zmm0{k4}{z}, zmm1, zmm5
vpaddd zmm16{k4}{z}, zmm1, zmmword ptr [r13]
vpaddd zmm8{k7}{z}, zmm9, zmm5
vpaddd zmm31{k7}{z}, zmm17, zmmword ptr [rsp]
vpsubd xmm0, xmm1, xmm2
vpsubd xmm15, xmm7, xmm1
vpsubd xmm3, xmm12, xmm8
vpsubd xmm8, xmm9, xmm15
vpsubd xmm0, xmm1, xmmword ptr [r12+64]
vpsubd xmm15, xmm7, xmmword ptr [rdi-128]
vpsubd xmm3, xmm12, xmmword ptr [r9+127]
vpsubd xmm16, xmm1, xmm2
vpsubd xmm3, xmm24, xmm7
vpsubd xmm9, xmm14, xmm31
vpsubd xmm31, xmm17, xmm23
vpsubd xmm16, xmm1, xmmword ptr [rsi+128]
vpsubd xmm3, xmm24, xmmword ptr [rbx+8128]
vpsubd xmm9, xmm14, xmmword ptr [r15+8192]
vpsubd xmm15, xmm7, xmmword ptr [rip+56]
vpsubd xmm16, xmm1, xmmword ptr [rip+54]
vpsubd xmm0, xmm1, dword ptr [rdx-8192]{1to4}
vpsubd xmm15, xmm7, dword ptr [rcx-8256]{1to4}
vpsubd xmm9, xmm14, dword ptr [r8+rax*1]{1to4}
vpsubd xmm15{k1}{z}, xmm7, xmm5
vpsubd xmm3{k1}{z}, xmm24, xmmword ptr [rbp+r9*4]
vpsubd xmm0{k4}{z}, xmm1, xmm5
vpsubd xmm16{k4}{z}, xmm1, xmmword ptr [r13+rcx*8+4]
vpsubd xmm8{k7}{z}, xmm9, xmm5
vpsubd xmm31{k7}{z}, xmm17, xmmword ptr [rsp+rbp*2+2]
vpsubd ymm0, ymm1, ymm2
vpsubd ymm15, ymm7, ymm1
vpsubd ymm3, ymm12, ymm8
vpsubd ymm8, ymm9, ymm15
vpsubd ymm0, ymm1, ymmword ptr [r10+r12*1+1016]
vpsubd ymm15, ymm7, ymmword ptr [r11+r13*8-512]
vpsubd ymm3, ymm12, ymmword ptr [r14+r15*2+100000]
vpsubd ymm16, ymm1, ymm2
vpsubd ymm3, ymm24, ymm7
vpsubd ymm9, ymm14, ymm31
vpsubd ymm31, ymm17, ymm23
vpsubd ymm16, ymm1, ymmword ptr [rax]
vpsubd ymm3, ymm24, ymmword ptr [rbp]
vpsubd ymm9, ymm14, ymmword ptr [r13]
vpsubd ymm15, ymm7, ymmword ptr [rip+56]
vpsubd ymm16, ymm1, ymmword ptr [rip+54]
vpsubd ymm0, ymm1, dword ptr [rsp]{1to8}
vpsubd ymm15, ymm7, dword ptr [r12+64]{1to8}
vpsubd ymm9, ymm14, dword ptr [rdi-128]{1to8}
vpsubd ymm15{k1}{z}, ymm7, ymm5
vpsubd ymm3{k1}{z}, ymm24, ymmword ptr [r9+127]
vpsubd ymm0{k4}{z}, ymm1, ymm5
vpsubd ymm16{k4}{z}, ymm1, ymmword ptr [rsi+128]
vpsubd ymm8{k7}{z}, ymm9, ymm5
vpsubd ymm31{k7}{z}, ymm17, ymmword ptr [rbx+8128]
vpsubd zmm0, zmm1, zmm2
vpsubd zmm15, zmm7, zmm1
vpsubd zmm3, zmm12, zmm8
vpsubd zmm8, zmm9, zmm15
vpsubd zmm0, zmm1, zmmword ptr [r15+8192]
vpsubd zmm15, zmm7, zmmword ptr [rdx-8192]
vpsubd zmm3, zmm12, zmmword ptr [rcx-8256]
vpsubd zmm16, zmm1, zmm2
vpsubd zmm3, zmm24, zmm7
vpsubd zmm9, zmm14, zmm31
vpsubd zmm31, zmm17, zmm23
vpsubd zmm16, zmm1, zmmword ptr [r8+rax*1]
vpsubd zmm3, zmm24, zmmword ptr [rbp+r9*4]
vpsubd zmm9, zmm14, zmmword ptr [r13+rcx*8+4]
vpsubd zmm15, zmm7, zmmword ptr [rip+54]
vpsubd zmm16, zmm1, zmmword ptr [rip+54]
vpsubd zmm0, zmm1, dword ptr [rsp+rbp*2+2]{1to16}
vpsubd zmm15, zmm7, dword ptr [r10+r12*1+1016]{1to16}
vpsubd zmm9, zmm14, dword ptr [r11+r13*8-512]{1to16}
vpsubd zmm15{k1}{z}, zmm7, zmm5
vpsubd zmm3{k1}{z}, zmm24, zmmword ptr [r14+r15*2+100000]
vpsubd zmm0{k4}{z}, zmm1, zmm5
vpsubd zmm16{k4}{z}, zmm1, zmmword ptr [rax]
vpsubd zmm8{k7}{z}, zmm9, zmm5
vpsubd zmm31{k7}{z}, zmm17, zmmword ptr [rbp]
vpaddusw xmm0, xmm1, xmm2
vpaddusw xmm15, xmm7, xmm1
vpaddusw xmm3, xmm12, xmm8
vpaddusw xmm8, xmm9, xmm15
vpaddusw xmm0, xmm1, xmmword ptr [r13]
vpaddusw xmm15, xmm7, xmmword ptr [rsp]
vpaddusw xmm3, xmm12, xmmword ptr [r12+64]
vpaddusw xmm15, xmm7, xmmword ptr [rip+56]
vpaddusw ymm0, ymm1, ymm2
vpaddusw ymm15, ymm7, ymm1
vpaddusw ymm3, ymm12, ymm8
vpaddusw ymm8, ymm9, ymm15
vpaddusw ymm0, ymm1, ymmword ptr [rdi-128]
vpaddusw ymm15, ymm7, ymmword ptr [r9+127]
vpaddusw ymm3, ymm12, ymmword ptr [rsi+128]
vpaddusw ymm15, ymm7, ymmword ptr [rip+56]
vpsubusw xmm0, xmm1, xmm2
vpsubusw xmm15, xmm7, xmm1
vpsubusw xmm3, xmm12, xmm8
vpsubusw xmm8, xmm9, xmm15
vpsubusw xmm0, xmm1, xmmword ptr [rbx+8128]
vpsubusw xmm15, xmm7, xmmword ptr [r15+8192]
vpsubusw xmm3, xmm12, xmmword ptr [rdx-8192]
vpsubusw xmm15, xmm7, xmmword ptr [rip+56]
vpsubusw ymm0, ymm1, ymm2
vpsubusw ymm15, ymm7, ymm1
vpsubusw ymm3, ymm12, ymm8
vpsubusw ymm8, ymm9, ymm15
vpsubusw ymm0, ymm1, ymmword ptr [rcx-8256]
vpsubusw ymm15, ymm7, ymmword ptr [r8+rax*1]
vpsubusw ymm3, ymm12, ymmword ptr [rbp+r9*4]
vpsubusw ymm15, ymm7, ymmword ptr [rip+56]
vpminuw xmm0, xmm1, xmm2
vpminuw xmm15, xmm7, xmm1
vpminuw xmm3, xmm12, xmm8
vpminuw xmm8, xmm9, xmm15
vpminuw xmm0, xmm1, xmmword ptr [r13+rcx*8+4]
vpminuw xmm15, xmm7, xmmword ptr [rsp+rbp*2+2]
vpminuw xmm3, xmm12, xmmword ptr [r10+r12*1+1016]
vpminuw xmm15, xmm7, xmmword ptr [rip+55]
vpminuw ymm0, ymm1, ymm2
vpminuw ymm15, ymm7, ymm1
vpminuw ymm3, ymm12, ymm8
vpminuw ymm8, ymm9, ymm15
vpminuw ymm0, ymm1, ymmword ptr [r11+r13*8-512]
vpminuw ymm15, ymm7, ymmword ptr [r14+r15*2+100000]
vpminuw ymm3, ymm12, ymmword ptr [rax]
vpminuw ymm15, ymm7, ymmword ptr [rip+55]
vpmaxsw xmm0, xmm1, xmm2
vpmaxsw xmm15, xmm7, xmm1
vpmaxsw xmm3, xmm12, xmm8
vpmaxsw xmm8, xmm9, xmm15
vpmaxsw xmm0, xmm1, xmmword ptr [rbp]
vpmaxsw xmm15, xmm7, xmmword ptr [r13]
vpmaxsw xmm3, xmm12, xmmword ptr [rsp]
vpmaxsw xmm15, xmm7, xmmword ptr [rip+56]
vpmaxsw ymm0, ymm1, ymm2
vpmaxsw ymm15, ymm7, ymm1
vpmaxsw ymm3, ymm12, ymm8
vpmaxsw ymm8, ymm9, ymm15
vpmaxsw ymm0, ymm1, ymmword ptr [r12+64]
vpmaxsw ymm15, ymm7, ymmword ptr [rdi-128]
vpmaxsw ymm3, ymm12, ymmword ptr [r9+127]
vpmaxsw ymm15, ymm7, ymmword ptr [rip+56]
vcvtps2dq xmm0, xmm2
vcvtps2dq xmm15, xmm1
vcvtps2dq xmm3, xmm8
vcvtps2dq xmm8, xmm15
vcvtps2dq xmm0, xmmword ptr [rsi+128]
vcvtps2dq xmm15, xmmword ptr [rbx+8128]
vcvtps2dq xmm3, xmmword ptr [r15+8192]
vcvtps2dq xmm16, xmm2
vcvtps2dq xmm3, xmm7
vcvtps2dq xmm9, xmm31
vcvtps2dq xmm31, xmm23
vcvtps2dq xmm16, xmmword ptr [rdx-8192]
vcvtps2dq xmm3, xmmword ptr [rcx-8256]
vcvtps2dq xmm9, xmmword ptr [r8+rax*1]
vcvtps2dq xmm15, xmmword ptr [rip+56]
vcvtps2dq xmm16, xmmword ptr [rip+54]
vcvtps2dq xmm0, dword ptr [rbp+r9*4]{1to4}
vcvtps2dq xmm15, dword ptr [r13+rcx*8+4]{1to4}
vcvtps2dq xmm9, dword ptr [rsp+rbp*2+2]{1to4}
vcvtps2dq ymm0, ymm2
vcvtps2dq ymm15, ymm1
vcvtps2dq ymm3, ymm8
vcvtps2dq ymm8, ymm15
vcvtps2dq ymm0, ymmword ptr [r10+r12*1+1016]
vcvtps2dq ymm15, ymmword ptr [r11+r13*8-512]
vcvtps2dq ymm3, ymmword ptr [r14+r15*2+100000]
vcvtps2dq ymm16, ymm2
vcvtps2dq ymm3, ymm7
vcvtps2dq ymm9, ymm31
vcvtps2dq ymm31, ymm23
vcvtps2dq ymm16, ymmword ptr [rax]
vcvtps2dq ymm3, ymmword ptr [rbp]
vcvtps2dq ymm9, ymmword ptr [r13]
vcvtps2dq ymm15, ymmword ptr [rip+56]
vcvtps2dq ymm16, ymmword ptr [rip+54]
vcvtps2dq ymm0, dword ptr [rsp]{1to8}
vcvtps2dq ymm15, dword ptr [r12+64]{1to8}
vcvtps2dq ymm9, dword ptr [rdi-128]{1to8}
vcvtps2dq zmm0, zmm2
vcvtps2dq zmm15, zmm1
vcvtps2dq zmm3, zmm8
vcvtps2dq zmm8, zmm15
vcvtps2dq zmm0, zmmword ptr [r9+127]
vcvtps2dq zmm15, zmmword ptr [rsi+128]
vcvtps2dq zmm3, zmmword ptr [rbx+8128]
vcvtps2dq zmm16, zmm2
vcvtps2dq zmm3, zmm7
vcvtps2dq zmm9, zmm31
vcvtps2dq zmm31, zmm23
vcvtps2dq zmm16, zmmword ptr [r15+8192]
vcvtps2dq zmm3, zmmword ptr [rdx-8192]
vcvtps2dq zmm9, zmmword ptr [rcx-8256]
vcvtps2dq zmm15, zmmword ptr [rip+54]
vcvtps2dq zmm16, zmmword ptr [rip+54]
vcvtps2dq zmm0, dword ptr [r8+rax*1]{1to16}
vcvtps2dq zmm15, dword ptr [rbp+r9*4]{1to16}
vcvtps2dq zmm9, dword ptr [r13+rcx*8+4]{1to16}
vcvtdq2ps xmm0, xmm2
vcvtdq2ps xmm15, xmm1
vcvtdq2ps xmm3, xmm8
vcvtdq2ps xmm8, xmm15
vcvtdq2ps xmm0, xmmword ptr [rsp+rbp*2+2]
vcvtdq2ps xmm15, xmmword ptr [r10+r12*1+1016]
vcvtdq2ps xmm3, xmmword ptr [r11+r13*8-512]
vcvtdq2ps xmm16, xmm2
vcvtdq2ps xmm3, xmm7
vcvtdq2ps xmm9, xmm31
vcvtdq2ps xmm31, xmm23
vcvtdq2ps xmm16, xmmword ptr [r14+r15*2+100000]
vcvtdq2ps xmm3, xmmword ptr [rax]
vcvtdq2ps xmm9, xmmword ptr [rbp]
vcvtdq2ps xmm15, xmmword ptr [rip+56]
vcvtdq2ps xmm16, xmmword ptr [rip+54]
vcvtdq2ps xmm0, dword ptr [r13]{1to4}
vcvtdq2ps xmm15, dword ptr [rsp]{1to4}
vcvtdq2ps xmm9, dword ptr [r12+64]{1to4}
vcvtdq2ps ymm0, ymm2
vcvtdq2ps ymm15, ymm1
vcvtdq2ps ymm3, ymm8
vcvtdq2ps ymm8, ymm15
vcvtdq2ps ymm0, ymmword ptr [rdi-128]
vcvtdq2ps ymm15, ymmword ptr [r9+127]
vcvtdq2ps ymm3, ymmword ptr [rsi+128]
vcvtdq2ps ymm16, ymm2
vcvtdq2ps ymm3, ymm7
vcvtdq2ps ymm9, ymm31
vcvtdq2ps ymm31, ymm23
vcvtdq2ps ymm16, ymmword ptr [rbx+8128]
vcvtdq2ps ymm3, ymmword ptr [r15+8192]
vcvtdq2ps ymm9, ymmword ptr [rdx-8192]
vcvtdq2ps ymm15, ymmword ptr [rip+56]
vcvtdq2ps ymm16, ymmword ptr [rip+54]
vcvtdq2ps ymm0, dword ptr [rcx-8256]{1to8}
vcvtdq2ps ymm15, dword ptr [r8+rax*1]{1to8}
vcvtdq2ps ymm9, dword ptr [rbp+r9*4]{1to8}
vcvtdq2ps zmm0, zmm2
vcvtdq2ps zmm15, zmm1
vcvtdq2ps zmm3, zmm8
vcvtdq2ps zmm8, zmm15
vcvtdq2ps zmm0, zmmword ptr [r13+rcx*8+4]
vcvtdq2ps zmm15, zmmword ptr [rsp+rbp*2+2]
vcvtdq2ps zmm3, zmmword ptr [r10+r12*1+1016]
vcvtdq2ps zmm16, zmm2
vcvtdq2ps zmm3, zmm7
vcvtdq2ps zmm9, zmm31
vcvtdq2ps zmm31, zmm23
vcvtdq2ps zmm16, zmmword ptr [r11+r13*8-512]
vcvtdq2ps zmm3, zmmword ptr [r14+r15*2+100000]
vcvtdq2ps zmm9, zmmword ptr [rax]
vcvtdq2ps zmm15, zmmword ptr [rip+54]
vcvtdq2ps zmm16, zmmword ptr [rip+54]
vcvtdq2ps zmm0, dword ptr [rbp]{1to16}
vcvtdq2ps zmm15, dword ptr [r13]{1to16}
vcvtdq2ps zmm9, dword ptr [rsp]{1to16}
vcmpps xmm0, xmm1, xmm2, 29
vcmpps xmm15, xmm7, xmm1, 30
vcmpps xmm3, xmm12, xmm8, 31
vcmpps xmm8, xmm9, xmm15, 0
vcmpps xmm0, xmm1, xmmword ptr [rbx+8128], 2
vcmpps xmm15, xmm7, xmmword ptr [rdx-8192], 4
vcmpps xmm3, xmm12, xmmword ptr [r8+rax*1], 6
vcmpps xmm15, xmm7, xmmword ptr [rip+55], 7
vcmpps ymm0, ymm1, ymm2, 8
vcmpps ymm15, ymm7, ymm1, 9
vcmpps ymm3, ymm12, ymm8, 10
vcmpps ymm8, ymm9, ymm15, 11
vcmpps ymm0, ymm1, ymmword ptr [rax], 13
vcmpps ymm15, ymm7, ymmword ptr [r13], 15
vcmpps ymm3, ymm12, ymmword ptr [r12+64], 17
vcmpps ymm15, ymm7, ymmword ptr [rip+55], 18
vpblendw xmm0, xmm1, xmm2, 111
vpblendw xmm15, xmm7, xmm1, 148
vpblendw xmm3, xmm12, xmm8, 185
vpblendw xmm8, xmm9, xmm15, 222
vpblendw xmm0, xmm1, xmmword ptr [rcx-8256], 0
vpblendw xmm15, xmm7, xmmword ptr [rbp+r9*4], 74
vpblendw xmm3, xmm12, xmmword ptr [rsp+rbp*2+2], 148
vpblendw xmm15, xmm7, xmmword ptr [rip+54], 185
vpblendw ymm0, ymm1, ymm2, 222
vpblendw ymm15, ymm7, ymm1, 3
vpblendw ymm3, ymm12, ymm8, 0
vpblendw ymm8, ymm9, ymm15, 37
vpblendw ymm0, ymm1, ymmword ptr [rsp], 111
vpblendw ymm15, ymm7, ymmword ptr [rdi-128], 185
vpblendw ymm3, ymm12, ymmword ptr [rsi+128], 3
vpblendw ymm15, ymm7, ymmword ptr [rip+54], 0
vpmovzxbd xmm0, xmm2
vpmovzxbd xmm15, xmm1
vpmovzxbd xmm3, xmm8
vpmovzxbd xmm8, xmm15
vpmovzxbd xmm0, dword ptr [rdx-8192]
vpmovzxbd xmm15, dword ptr [rcx-8256]
vpmovzxbd xmm3, dword ptr [r8+rax*1]
vpmovzxbd xmm16, xmm2
vpmovzxbd xmm3, xmm7
vpmovzxbd xmm9, xmm31
vpmovzxbd xmm31, xmm23
vpmovzxbd xmm16, dword ptr [rbp+r9*4]
vpmovzxbd xmm3, dword ptr [r13+rcx*8+4]
vpmovzxbd xmm9, dword ptr [rsp+rbp*2+2]
vpmovzxbd xmm15, dword ptr [rip+55]
vpmovzxbd xmm16, dword ptr [rip+54]
vpmovzxbd ymm0, xmm2
vpmovzxbd ymm15, xmm1
vpmovzxbd ymm3, xmm8
vpmovzxbd ymm8, xmm15
vpmovzxbd ymm0, qword ptr [r10+r12*1+1016]
vpmovzxbd ymm15, qword ptr [r11+r13*8-512]
vpmovzxbd ymm3, qword ptr [r14+r15*2+100000]
vpmovzxbd ymm16, xmm2
vpmovzxbd ymm3, xmm7
vpmovzxbd ymm9, xmm31
vpmovzxbd ymm31, xmm23
vpmovzxbd ymm16, qword ptr [rax]
vpmovzxbd ymm3, qword ptr [rbp]
vpmovzxbd ymm9, qword ptr [r13]
vpmovzxbd ymm15, qword ptr [rip+55]
vpmovzxbd ymm16, qword ptr [rip+54]
vpmovzxbd zmm0, xmm2
vpmovzxbd zmm15, xmm1
vpmovzxbd zmm3, xmm8
vpmovzxbd zmm8, xmm15
vpmovzxbd zmm0, xmmword ptr [rsp]
vpmovzxbd zmm15, xmmword ptr [r12+64]
vpmovzxbd zmm3, xmmword ptr [rdi-128]
vpmovzxbd zmm16, xmm2
vpmovzxbd zmm3, xmm7
vpmovzxbd zmm9, xmm31
vpmovzxbd zmm31, xmm23
vpmovzxbd zmm16, xmmword ptr [r9+127]
vpmovzxbd zmm3, xmmword ptr [rsi+128]
vpmovzxbd zmm9, xmmword ptr [rbx+8128]
vpmovzxbd zmm15, xmmword ptr [rip+54]
vpmovzxbd zmm16, xmmword ptr [rip+54]
vpmovsxbd xmm0, xmm2
vpmovsxbd xmm15, xmm1
vpmovsxbd xmm3, xmm8
vpmovsxbd xmm8, xmm15
vpmovsxbd xmm0, dword ptr [r15+8192]
vpmovsxbd xmm15, dword ptr [rdx-8192]
vpmovsxbd xmm3, dword ptr [rcx-8256]
vpmovsxbd xmm16, xmm2
vpmovsxbd xmm3, xmm7
vpmovsxbd xmm9, xmm31
vpmovsxbd xmm31, xmm23
vpmovsxbd xmm16, dword ptr [r8+rax*1]
vpmovsxbd xmm3, dword ptr [rbp+r9*4]
vpmovsxbd xmm9, dword ptr [r13+rcx*8+4]
vpmovsxbd xmm15, dword ptr [rip+55]
vpmovsxbd xmm16, dword ptr [rip+54]
vpmovsxbd ymm0, xmm2
vpmovsxbd ymm15, xmm1
vpmovsxbd ymm3, xmm8
vpmovsxbd ymm8, xmm15
vpmovsxbd ymm0, qword ptr [rsp+rbp*2+2]
vpmovsxbd ymm15, qword ptr [r10+r12*1+1016]
vpmovsxbd ymm3, qword ptr [r11+r13*8-512]
vpmovsxbd ymm16, xmm2
vpmovsxbd ymm3, xmm7
vpmovsxbd ymm9, xmm31
vpmovsxbd ymm31, xmm23
vpmovsxbd ymm16, qword ptr [r14+r15*2+100000]
vpmovsxbd ymm3, qword ptr [rax]
vpmovsxbd ymm9, qword ptr [rbp]
vpmovsxbd ymm15, qword ptr [rip+55]
vpmovsxbd ymm16, qword ptr [rip+54]
vpmovsxbd zmm0, xmm2
vpmovsxbd zmm15, xmm1
vpmovsxbd zmm3, xmm8
vpmovsxbd zmm8, xmm15
vpmovsxbd zmm0, xmmword ptr [r13]
vpmovsxbd zmm15, xmmword ptr [rsp]
vpmovsxbd zmm3, xmmword ptr [r12+64]
vpmovsxbd zmm16, xmm2
vpmovsxbd zmm3, xmm7
vpmovsxbd zmm9, xmm31
vpmovsxbd zmm31, xmm23
vpmovsxbd zmm16, xmmword ptr [rdi-128]
vpmovsxbd zmm3, xmmword ptr [r9+127]
vpmovsxbd zmm9, xmmword ptr [rsi+128]
vpmovsxbd zmm15, xmmword ptr [rip+54]
vpmovsxbd zmm16, xmmword ptr [rip+54]
vpmovzxwd xmm0, xmm2
vpmovzxwd xmm15, xmm1
vpmovzxwd xmm3, xmm8
vpmovzxwd xmm8, xmm15
vpmovzxwd xmm0, qword ptr [rbx+8128]
vpmovzxwd xmm15, qword ptr [r15+8192]
vpmovzxwd xmm3, qword ptr [rdx-8192]
vpmovzxwd xmm16, xmm2
vpmovzxwd xmm3, xmm7
vpmovzxwd xmm9, xmm31
vpmovzxwd xmm31, xmm23
vpmovzxwd xmm16, qword ptr [rcx-8256]
vpmovzxwd xmm3, qword ptr [r8+rax*1]
vpmovzxwd xmm9, qword ptr [rbp+r9*4]
vpmovzxwd xmm15, qword ptr [rip+55]
vpmovzxwd xmm16, qword ptr [rip+54]
vpmovzxwd ymm0, xmm2
vpmovzxwd ymm15, xmm1
vpmovzxwd ymm3, xmm8
vpmovzxwd ymm8, xmm15
vpmovzxwd ymm0, xmmword ptr [r13+rcx*8+4]
vpmovzxwd ymm15, xmmword ptr [rsp+rbp*2+2]
vpmovzxwd ymm3, xmmword ptr [r10+r12*1+1016]
vpmovzxwd ymm16, xmm2
vpmovzxwd ymm3, xmm7
vpmovzxwd ymm9, xmm31
vpmovzxwd ymm31, xmm23
vpmovzxwd ymm16, xmmword ptr [r11+r13*8-512]
vpmovzxwd ymm3, xmmword ptr [r14+r15*2+100000]
vpmovzxwd ymm9, xmmword ptr [rax]
vpmovzxwd ymm15, xmmword ptr [rip+55]
vpmovzxwd ymm16, xmmword ptr [rip+54]
vpmovzxwd zmm0, ymm2
vpmovzxwd zmm15, ymm1
vpmovzxwd zmm3, ymm8
vpmovzxwd zmm8, ymm15
vpmovzxwd zmm0, ymmword ptr [rbp]
vpmovzxwd zmm15, ymmword ptr [r13]
vpmovzxwd zmm3, ymmword ptr [rsp]
vpmovzxwd zmm16, ymm2
vpmovzxwd zmm3, ymm7
vpmovzxwd zmm9, ymm31
vpmovzxwd zmm31, ymm23
vpmovzxwd zmm16, ymmword ptr [r12+64]
vpmovzxwd zmm3, ymmword ptr [rdi-128]
vpmovzxwd zmm9, ymmword ptr [r9+127]
vpmovzxwd zmm15, ymmword ptr [rip+54]
vpmovzxwd zmm16, ymmword ptr [rip+54]
vpmovzxdq xmm0, xmm2
vpmovzxdq xmm15, xmm1
vpmovzxdq xmm3, xmm8
vpmovzxdq xmm8, xmm15
vpmovzxdq xmm0, qword ptr [rsi+128]
vpmovzxdq xmm15, qword ptr [rbx+8128]
vpmovzxdq xmm3, qword ptr [r15+8192]
vpmovzxdq xmm16, xmm2
vpmovzxdq xmm3, xmm7
vpmovzxdq xmm9, xmm31
vpmovzxdq xmm31, xmm23
vpmovzxdq xmm16, qword ptr [rdx-8192]
vpmovzxdq xmm3, qword ptr [rcx-8256]
vpmovzxdq xmm9, qword ptr [r8+rax*1]
vpmovzxdq xmm15, qword ptr [rip+55]
vpmovzxdq xmm16, qword ptr [rip+54]
vpmovzxdq ymm0, xmm2
vpmovzxdq ymm15, xmm1
vpmovzxdq ymm3, xmm8
vpmovzxdq ymm8, xmm15
vpmovzxdq ymm0, xmmword ptr [rbp+r9*4]
vpmovzxdq ymm15, xmmword ptr [r13+rcx*8+4]
vpmovzxdq ymm3, xmmword ptr [rsp+rbp*2+2]
vpmovzxdq ymm16, xmm2
vpmovzxdq ymm3, xmm7
vpmovzxdq ymm9, xmm31
vpmovzxdq ymm31, xmm23
vpmovzxdq ymm16, xmmword ptr [r10+r12*1+1016]
vpmovzxdq ymm3, xmmword ptr [r11+r13*8-512]
vpmovzxdq ymm9, xmmword ptr [r14+r15*2+100000]
vpmovzxdq ymm15, xmmword ptr [rip+55]
vpmovzxdq ymm16, xmmword ptr [rip+54]
vpmovzxdq zmm0, ymm2
vpmovzxdq zmm15, ymm1
vpmovzxdq zmm3, ymm8
vpmovzxdq zmm8, ymm15
vpmovzxdq zmm0, ymmword ptr [rax]
vpmovzxdq zmm15, ymmword ptr [rbp]
vpmovzxdq zmm3, ymmword ptr [r13]
vpmovzxdq zmm16, ymm2
vpmovzxdq zmm3, ymm7
vpmovzxdq zmm9, ymm31
vpmovzxdq zmm31, ymm23
vpmovzxdq zmm16, ymmword ptr [rsp]
vpmovzxdq zmm3, ymmword ptr [r12+64]
vpmovzxdq zmm9, ymmword ptr [rdi-128]
vpmovzxdq zmm15, ymmword ptr [rip+54]
vpmovzxdq zmm16, ymmword ptr [rip+54]
vpackusdw xmm0, xmm1, xmm2
vpackusdw xmm15, xmm7, xmm1
vpackusdw xmm3, xmm12, xmm8
vpackusdw xmm8, xmm9, xmm15
vpackusdw xmm0, xmm1, xmmword ptr [r9+127]
vpackusdw xmm15, xmm7, xmmword ptr [rsi+128]
vpackusdw xmm3, xmm12, xmmword ptr [rbx+8128]
vpackusdw xmm15, xmm7, xmmword ptr [rip+55]
vpackusdw ymm0, ymm1, ymm2
vpackusdw ymm15, ymm7, ymm1
vpackusdw ymm3, ymm12, ymm8
vpackusdw ymm8, ymm9, ymm15
vpackusdw ymm0, ymm1, ymmword ptr [r15+8192]
vpackusdw ymm15, ymm7, ymmword ptr [rdx-8192]
vpackusdw ymm3, ymm12, ymmword ptr [rcx-8256]
vpackusdw ymm15, ymm7, ymmword ptr [rip+55]
vpmovdw xmm2, xmm0
vpmovdw xmm1, xmm15
vpmovdw xmm8, xmm3
vpmovdw xmm15, xmm8
vpmovdw qword ptr [r8+rax*1], xmm0
vpmovdw qword ptr [rbp+r9*4], xmm15
vpmovdw qword ptr [r13+rcx*8+4], xmm3
vpmovdw xmm2, xmm16
vpmovdw xmm7, xmm3
vpmovdw xmm31, xmm9
vpmovdw xmm23, xmm31
vpmovdw qword ptr [rsp+rbp*2+2], xmm16
vpmovdw qword ptr [r10+r12*1+1016], xmm3
vpmovdw qword ptr [r11+r13*8-512], xmm9
vpmovdw xmm2, ymm0
vpmovdw xmm1, ymm15
vpmovdw xmm8, ymm3
vpmovdw xmm15, ymm8
vpmovdw xmmword ptr [r14+r15*2+100000], ymm0
vpmovdw xmmword ptr [rax], ymm15
vpmovdw xmmword ptr [rbp], ymm3
vpmovdw xmm2, ymm16
vpmovdw xmm7, ymm3
vpmovdw xmm31, ymm9
vpmovdw xmm23, ymm31
vpmovdw xmmword ptr [r13], ymm16
vpmovdw xmmword ptr [rsp], ymm3
vpmovdw xmmword ptr [r12+64], ymm9
vpmovdw ymm2, zmm0
vpmovdw ymm1, zmm15
vpmovdw ymm8, zmm3
vpmovdw ymm15, zmm8
vpmovdw ymmword ptr [rdi-128], zmm0
vpmovdw ymmword ptr [r9+127], zmm15
vpmovdw ymmword ptr [rsi+128], zmm3
vpmovdw ymm2, zmm16
vpmovdw ymm7, zmm3
vpmovdw ymm31, zmm9
vpmovdw ymm23, zmm31
vpmovdw ymmword ptr [rbx+8128], zmm16
vpmovdw ymmword ptr [r15+8192], zmm3
vpmovdw ymmword ptr [rdx-8192], zmm9
vpermq ymm0, ymm2, 37
vpermq ymm15, ymm1, 74
vpermq ymm3, ymm8, 111
vpermq ymm8, ymm15, 148
vpermq ymm0, ymmword ptr [rsp+rbp*2+2], 222
vpermq ymm15, ymmword ptr [r11+r13*8-512], 0
vpermq ymm3, ymmword ptr [rax], 74
vpermq ymm16, ymm2, 111
vpermq ymm3, ymm7, 148
vpermq ymm9, ymm31, 185
vpermq ymm31, ymm23, 222
vpermq ymm16, ymmword ptr [r9+127], 0
vpermq ymm3, ymmword ptr [rbx+8128], 74
vpermq ymm9, ymmword ptr [rdx-8192], 148
vpermq ymm15, ymmword ptr [rip+54], 185
vpermq ymm16, ymmword ptr [rip+53], 222
vpermq ymm0, qword ptr [r13+rcx*8+4]{1to4}, 0
vpermq ymm15, qword ptr [r10+r12*1+1016]{1to4}, 74
vpermq ymm9, qword ptr [r14+r15*2+100000]{1to4}, 148
vpermq zmm0, zmm2, 185
vpermq zmm15, zmm1, 222
vpermq zmm3, zmm8, 3
vpermq zmm8, zmm15, 0
vpermq zmm0, zmmword ptr [rdi-128], 74
vpermq zmm15, zmmword ptr [rsi+128], 148
vpermq zmm3, zmmword ptr [r15+8192], 222
vpermq zmm16, zmm2, 3
vpermq zmm3, zmm7, 0
vpermq zmm9, zmm31, 37
vpermq zmm31, zmm23, 74
vpermq zmm16, zmmword ptr [rsp+rbp*2+2], 148
vpermq zmm3, zmmword ptr [r11+r13*8-512], 222
vpermq zmm9, zmmword ptr [rax], 0
vpermq zmm15, zmmword ptr [rip+53], 37
vpermq zmm16, zmmword ptr [rip+53], 74
vpermq zmm0, qword ptr [r12+64]{1to8}, 148
vpermq zmm15, qword ptr [r9+127]{1to8}, 222
vpermq zmm9, qword ptr [rbx+8128]{1to8}, 0
vshufps xmm0, xmm1, xmm2, 37
vshufps xmm15, xmm7, xmm1, 74
vshufps xmm3, xmm12, xmm8, 111
vshufps xmm8, xmm9, xmm15, 148
vshufps xmm0, xmm1, xmmword ptr [r13+rcx*8+4], 222
vshufps xmm15, xmm7, xmmword ptr [r10+r12*1+1016], 0
vshufps xmm3, xmm12, xmmword ptr [r14+r15*2+100000], 74
vshufps xmm16, xmm1, xmm2, 111
vshufps xmm3, xmm24, xmm7, 148
vshufps xmm9, xmm14, xmm31, 185
vshufps xmm31, xmm17, xmm23, 222
vshufps xmm16, xmm1, xmmword ptr [rdi-128], 0
vshufps xmm3, xmm24, xmmword ptr [rsi+128], 74
vshufps xmm9, xmm14, xmmword ptr [r15+8192], 148
vshufps xmm15, xmm7, xmmword ptr [rip+55], 185
vshufps xmm16, xmm1, xmmword ptr [rip+53], 222
vshufps xmm0, xmm1, dword ptr [rbp+r9*4]{1to4}, 0
vshufps xmm15, xmm7, dword ptr [rsp+rbp*2+2]{1to4}, 74
vshufps xmm9, xmm14, dword ptr [r11+r13*8-512]{1to4}, 148
vshufps ymm0, ymm1, ymm2, 185
vshufps ymm15, ymm7, ymm1, 222
vshufps ymm3, ymm12, ymm8, 3
vshufps ymm8, ymm9, ymm15, 0
vshufps ymm0, ymm1, ymmword ptr [r12+64], 74
vshufps ymm15, ymm7, ymmword ptr [r9+127], 148
vshufps ymm3, ymm12, ymmword ptr [rbx+8128], 222
vshufps ymm16, ymm1, ymm2, 3
vshufps ymm3, ymm24, ymm7, 0
vshufps ymm9, ymm14, ymm31, 37
vshufps ymm31, ymm17, ymm23, 74
vshufps ymm16, ymm1, ymmword ptr [r13+rcx*8+4], 148
vshufps ymm3, ymm24, ymmword ptr [r10+r12*1+1016], 222
vshufps ymm9, ymm14, ymmword ptr [r14+r15*2+100000], 0
vshufps ymm15, ymm7, ymmword ptr [rip+55], 37
vshufps ymm16, ymm1, ymmword ptr [rip+53], 74
vshufps ymm0, ymm1, dword ptr [rsp]{1to8}, 148
vshufps ymm15, ymm7, dword ptr [rdi-128]{1to8}, 222
vshufps ymm9, ymm14, dword ptr [rsi+128]{1to8}, 0
vshufps zmm0, zmm1, zmm2, 37
vshufps zmm15, zmm7, zmm1, 74
vshufps zmm3, zmm12, zmm8, 111
vshufps zmm8, zmm9, zmm15, 148
vshufps zmm0, zmm1, zmmword ptr [rbp+r9*4], 222
vshufps zmm15, zmm7, zmmword ptr [rsp+rbp*2+2], 0
vshufps zmm3, zmm12, zmmword ptr [r11+r13*8-512], 74
vshufps zmm16, zmm1, zmm2, 111
vshufps zmm3, zmm24, zmm7, 148
vshufps zmm9, zmm14, zmm31, 185
vshufps zmm31, zmm17, zmm23, 222
vshufps zmm16, zmm1, zmmword ptr [r12+64], 0
vshufps zmm3, zmm24, zmmword ptr [r9+127], 74
vshufps zmm9, zmm14, zmmword ptr [rbx+8128], 148
vshufps zmm15, zmm7, zmmword ptr [rip+53], 185
vshufps zmm16, zmm1, zmmword ptr [rip+53], 222
vshufps zmm0, zmm1, dword ptr [r8+rax*1]{1to16}, 0
vshufps zmm15, zmm7, dword ptr [r13+rcx*8+4]{1to16}, 74
vshufps zmm9, zmm14, dword ptr [r10+r12*1+1016]{1to16}, 148
vpunpcklwd xmm0, xmm1, xmm2
vpunpcklwd xmm15, xmm7, xmm1
vpunpcklwd xmm3, xmm12, xmm8
vpunpcklwd xmm8, xmm9, xmm15
vpunpcklwd xmm0, xmm1, xmmword ptr [r14+r15*2+100000]
vpunpcklwd xmm15, xmm7, xmmword ptr [rax]
vpunpcklwd xmm3, xmm12, xmmword ptr [rbp]
vpunpcklwd xmm15, xmm7, xmmword ptr [rip+56]
vpunpcklwd ymm0, ymm1, ymm2
vpunpcklwd ymm15, ymm7, ymm1
vpunpcklwd ymm3, ymm12, ymm8
vpunpcklwd ymm8, ymm9, ymm15
vpunpcklwd ymm0, ymm1, ymmword ptr [r13]
vpunpcklwd ymm15, ymm7, ymmword ptr [rsp]
vpunpcklwd ymm3, ymm12, ymmword ptr [r12+64]
vpunpcklwd ymm15, ymm7, ymmword ptr [rip+56]
vpunpckhwd xmm0, xmm1, xmm2
vpunpckhwd xmm15, xmm7, xmm1
vpunpckhwd xmm3, xmm12, xmm8
vpunpckhwd xmm8, xmm9, xmm15
vpunpckhwd xmm0, xmm1, xmmword ptr [rdi-128]
vpunpckhwd xmm15, xmm7, xmmword ptr [r9+127]
vpunpckhwd xmm3, xmm12, xmmword ptr [rsi+128]
vpunpckhwd xmm15, xmm7, xmmword ptr [rip+56]
vpunpckhwd ymm0, ymm1, ymm2
vpunpckhwd ymm15, ymm7, ymm1
vpunpckhwd ymm3, ymm12, ymm8
vpunpckhwd ymm8, ymm9, ymm15
vpunpckhwd ymm0, ymm1, ymmword ptr [rbx+8128]
vpunpckhwd ymm15, ymm7, ymmword ptr [r15+8192]
vpunpckhwd ymm3, ymm12, ymmword ptr [rdx-8192]
vpunpckhwd ymm15, ymm7, ymmword ptr [rip+56]
vinsertf128 ymm0, ymm1, xmm2, 1
vinsertf128 ymm15, ymm7, xmm1, 0
vinsertf128 ymm3, ymm12, xmm8, 1
vinsertf128 ymm8, ymm9, xmm15, 0
vinsertf128 ymm0, ymm1, xmmword ptr [rsp+rbp*2+2], 0
vinsertf128 ymm15, ymm7, xmmword ptr [r11+r13*8-512], 0
vinsertf128 ymm3, ymm12, xmmword ptr [rax], 0
vinsertf128 ymm15, ymm7, xmmword ptr [rip+54], 1
vextractf128 xmm2, ymm0, 0
vextractf128 xmm1, ymm15, 1
vextractf128 xmm8, ymm3, 0
vextractf128 xmm15, ymm8, 1
vextractf128 xmmword ptr [rsi+128], ymm0, 1
vextractf128 xmmword ptr [r15+8192], ymm15, 1
vextractf128 xmmword ptr [rcx-8256], ymm3, 1
vextractf64x4 ymm2, zmm0, 0
vextractf64x4 ymm1, zmm15, 1
vextractf64x4 ymm8, zmm3, 0
vextractf64x4 ymm15, zmm8, 1
vextractf64x4 ymmword ptr [r11+r13*8-512], zmm0, 1
vextractf64x4 ymmword ptr [rax], zmm15, 1
vextractf64x4 ymmword ptr [r13], zmm3, 1
vextractf64x4 ymm2, zmm16, 0
vextractf64x4 ymm7, zmm3, 1
vextractf64x4 ymm31, zmm9, 0
vextractf64x4 ymm23, zmm31, 1
vextractf64x4 ymmword ptr [rbx+8128], zmm16, 1
vextractf64x4 ymmword ptr [rdx-8192], zmm3, 1
vextractf64x4 ymmword ptr [r8+rax*1], zmm9, 1
vdpbf16ps xmm0, xmm1, xmm2
vdpbf16ps xmm15, xmm7, xmm1
vdpbf16ps xmm3, xmm12, xmm8
vdpbf16ps xmm8, xmm9, xmm15
vdpbf16ps xmm0, xmm1, xmmword ptr [r13+rcx*8+4]
vdpbf16ps xmm15, xmm7, xmmword ptr [rsp+rbp*2+2]
vdpbf16ps xmm3, xmm12, xmmword ptr [r10+r12*1+1016]
vdpbf16ps xmm16, xmm1, xmm2
vdpbf16ps xmm3, xmm24, xmm7
vdpbf16ps xmm9, xmm14, xmm31
vdpbf16ps xmm31, xmm17, xmm23
vdpbf16ps xmm16, xmm1, xmmword ptr [r11+r13*8-512]
vdpbf16ps xmm3, xmm24, xmmword ptr [r14+r15*2+100000]
vdpbf16ps xmm9, xmm14, xmmword ptr [rax]
vdpbf16ps xmm15, xmm7, xmmword ptr [rip+54]
vdpbf16ps xmm16, xmm1, xmmword ptr [rip+54]
vdpbf16ps xmm0, xmm1, dword ptr [rbp]{1to4}
vdpbf16ps xmm15, xmm7, dword ptr [r13]{1to4}
vdpbf16ps xmm9, xmm14, dword ptr [rsp]{1to4}
vdpbf16ps xmm15{k1}{z}, xmm7, xmm5
vdpbf16ps xmm3{k1}{z}, xmm24, xmmword ptr [r12+64]
vdpbf16ps xmm0{k4}{z}, xmm1, xmm5
vdpbf16ps xmm16{k4}{z}, xmm1, xmmword ptr [rdi-128]
vdpbf16ps xmm8{k7}{z}, xmm9, xmm5
vdpbf16ps xmm31{k7}{z}, xmm17, xmmword ptr [r9+127]
vdpbf16ps ymm0, ymm1, ymm2
vdpbf16ps ymm15, ymm7, ymm1
vdpbf16ps ymm3, ymm12, ymm8
vdpbf16ps ymm8, ymm9, ymm15
vdpbf16ps ymm0, ymm1, ymmword ptr [rsi+128]
vdpbf16ps ymm15, ymm7, ymmword ptr [rbx+8128]
vdpbf16ps ymm3, ymm12, ymmword ptr [r15+8192]
vdpbf16ps ymm16, ymm1, ymm2
vdpbf16ps ymm3, ymm24, ymm7
vdpbf16ps ymm9, ymm14, ymm31
vdpbf16ps ymm31, ymm17, ymm23
vdpbf16ps ymm16, ymm1, ymmword ptr [rdx-8192]
vdpbf16ps ymm3, ymm24, ymmword ptr [rcx-8256]
vdpbf16ps ymm9, ymm14, ymmword ptr [r8+rax*1]
vdpbf16ps ymm15, ymm7, ymmword ptr [rip+54]
vdpbf16ps ymm16, ymm1, ymmword ptr [rip+54]
vdpbf16ps ymm0, ymm1, dword ptr [rbp+r9*4]{1to8}
vdpbf16ps ymm15, ymm7, dword ptr [r13+rcx*8+4]{1to8}
vdpbf16ps ymm9, ymm14, dword ptr [rsp+rbp*2+2]{1to8}
vdpbf16ps ymm15{k1}{z}, ymm7, ymm5
vdpbf16ps ymm3{k1}{z}, ymm24, ymmword ptr [r10+r12*1+1016]
vdpbf16ps ymm0{k4}{z}, ymm1, ymm5
vdpbf16ps ymm16{k4}{z}, ymm1, ymmword ptr [r11+r13*8-512]
vdpbf16ps ymm8{k7}{z}, ymm9, ymm5
vdpbf16ps ymm31{k7}{z}, ymm17, ymmword ptr [r14+r15*2+100000]
vdpbf16ps zmm0, zmm1, zmm2
vdpbf16ps zmm15, zmm7, zmm1
vdpbf16ps zmm3, zmm12, zmm8
vdpbf16ps zmm8, zmm9, zmm15
vdpbf16ps zmm0, zmm1, zmmword ptr [rax]
vdpbf16ps zmm15, zmm7, zmmword ptr [rbp]
vdpbf16ps zmm3, zmm12, zmmword ptr [r13]
vdpbf16ps zmm16, zmm1, zmm2
vdpbf16ps zmm3, zmm24, zmm7
vdpbf16ps zmm9, zmm14, zmm31
vdpbf16ps zmm31, zmm17, zmm23
vdpbf16ps zmm16, zmm1, zmmword ptr [rsp]
vdpbf16ps zmm3, zmm24, zmmword ptr [r12+64]
vdpbf16ps zmm9, zmm14, zmmword ptr [rdi-128]
vdpbf16ps zmm15, zmm7, zmmword ptr [rip+54]
vdpbf16ps zmm16, zmm1, zmmword ptr [rip+54]
vdpbf16ps zmm0, zmm1, dword ptr [r9+127]{1to16}
vdpbf16ps zmm15, zmm7, dword ptr [rsi+128]{1to16}
vdpbf16ps zmm9, zmm14, dword ptr [rbx+8128]{1to16}
vdpbf16ps zmm15{k1}{z}, zmm7, zmm5
vdpbf16ps zmm3{k1}{z}, zmm24, zmmword ptr [r15+8192]
vdpbf16ps zmm0{k4}{z}, zmm1, zmm5
vdpbf16ps zmm16{k4}{z}, zmm1, zmmword ptr [rdx-8192]
vdpbf16ps zmm8{k7}{z}, zmm9, zmm5
vdpbf16ps zmm31{k7}{z}, zmm17, zmmword ptr [rcx-8256]
vcvtneps2bf16 xmm0, ymm2
vcvtneps2bf16 xmm15, ymm1
vcvtneps2bf16 xmm3, ymm8
vcvtneps2bf16 xmm8, ymm15
vcvtneps2bf16 xmm0, ymmword ptr [r8+rax*1]
vcvtneps2bf16 xmm15, ymmword ptr [rbp+r9*4]
vcvtneps2bf16 xmm3, ymmword ptr [r13+rcx*8+4]
vcvtneps2bf16 xmm16, ymm2
vcvtneps2bf16 xmm3, ymm7
vcvtneps2bf16 xmm9, ymm31
vcvtneps2bf16 xmm31, ymm23
vcvtneps2bf16 xmm16, ymmword ptr [rsp+rbp*2+2]
vcvtneps2bf16 xmm3, ymmword ptr [r10+r12*1+1016]
vcvtneps2bf16 xmm9, ymmword ptr [r11+r13*8-512]
vcvtneps2bf16 xmm15, ymmword ptr [rip+54]
vcvtneps2bf16 xmm16, ymmword ptr [rip+54]
vcvtneps2bf16 xmm0, dword ptr [r14+r15*2+100000]{1to8}
vcvtneps2bf16 xmm15, dword ptr [rax]{1to8}
vcvtneps2bf16 xmm9, dword ptr [rbp]{1to8}
vcvtneps2bf16 ymm0, zmm2
vcvtneps2bf16 ymm15, zmm1
vcvtneps2bf16 ymm3, zmm8
vcvtneps2bf16 ymm8, zmm15
vcvtneps2bf16 ymm0, zmmword ptr [r13]
vcvtneps2bf16 ymm15, zmmword ptr [rsp]
vcvtneps2bf16 ymm3, zmmword ptr [r12+64]
vcvtneps2bf16 ymm16, zmm2
vcvtneps2bf16 ymm3, zmm7
vcvtneps2bf16 ymm9, zmm31
vcvtneps2bf16 ymm31, zmm23
vcvtneps2bf16 ymm16, zmmword ptr [rdi-128]
vcvtneps2bf16 ymm3, zmmword ptr [r9+127]
vcvtneps2bf16 ymm9, zmmword ptr [rsi+128]
vcvtneps2bf16 ymm15, zmmword ptr [rip+54]
vcvtneps2bf16 ymm16, zmmword ptr [rip+54]
vcvtneps2bf16 ymm0, dword ptr [rbx+8128]{1to16}
vcvtneps2bf16 ymm15, dword ptr [r15+8192]{1to16}
vcvtneps2bf16 ymm9, dword ptr [rdx-8192]{1to16}
vpslld xmm0, xmm1, 0
vpsrld xmm0, xmm1, 0
vpslld ymm0, ymm1, 1
vpsrld ymm0, ymm1, 1
vpslld zmm0, zmm1, 2
vpsrld zmm0, zmm1, 2
vcmpps k1, zmm0, zmm1, 15
vcmpps k1, zmm0, zmmword ptr [rsp+rbp*2+2], 15
vblendmps zmm5{k1}, zmm0, zmm1
vblendmps zmm5{k1}, zmm0, zmmword ptr [rsp+rbp*2+2]
vcmpps k3, zmm0, zmm1, 25
vcmpps k3, zmm0, zmmword ptr [r11+r13*8-512], 25
vblendmps zmm5{k3}, zmm0, zmm1
vblendmps zmm5{k3}, zmm0, zmmword ptr [r11+r13*8-512]
vcmpps k5, zmm0, zmm1, 3
vcmpps k5, zmm0, zmmword ptr [rax], 3
vblendmps zmm5{k5}, zmm0, zmm1
vblendmps zmm5{k5}, zmm0, zmmword ptr [rax]
vcmpps k7, zmm0, zmm1, 13
vcmpps k7, zmm0, zmmword ptr [r13], 13
vblendmps zmm5{k7}, zmm0, zmm1
vblendmps zmm5{k7}, zmm0, zmmword ptr [r13]
vcmpps k2, zmm0, zmmword ptr [rip+53], 30
vpslld xmm15, xmm8, 11
vpsrld xmm15, xmm8, 11
vpslld ymm15, ymm8, 12
vpsrld ymm15, ymm8, 12
vpslld zmm15, zmm8, 13
vpsrld zmm15, zmm8, 13
vcmpps k1, zmm15, zmm8, 6
vcmpps k1, zmm15, zmmword ptr [rsi+128], 6
vblendmps zmm20{k1}, zmm15, zmm8
vblendmps zmm20{k1}, zmm15, zmmword ptr [rsi+128]
vcmpps k3, zmm15, zmm8, 16
vcmpps k3, zmm15, zmmword ptr [r15+8192], 16
vblendmps zmm20{k3}, zmm15, zmm8
vblendmps zmm20{k3}, zmm15, zmmword ptr [r15+8192]
vcmpps k5, zmm15, zmm8, 26
vcmpps k5, zmm15, zmmword ptr [rcx-8256], 26
vblendmps zmm20{k5}, zmm15, zmm8
vblendmps zmm20{k5}, zmm15, zmmword ptr [rcx-8256]
vcmpps k7, zmm15, zmm8, 4
vcmpps k7, zmm15, zmmword ptr [rbp+r9*4], 4
vblendmps zmm20{k7}, zmm15, zmm8
vblendmps zmm20{k7}, zmm15, zmmword ptr [rbp+r9*4]
vcmpps k2, zmm15, zmmword ptr [rip+53], 30
vpslld xmm7, xmm14, 22
vpsrld xmm7, xmm14, 22
vpslld ymm7, ymm14, 23
vpsrld ymm7, ymm14, 23
vpslld zmm7, zmm14, 24
vpsrld zmm7, zmm14, 24
vcmpps k1, zmm7, zmm14, 29
vcmpps k1, zmm7, zmmword ptr [r14+r15*2+100000], 29
vblendmps zmm12{k1}, zmm7, zmm14
vblendmps zmm12{k1}, zmm7, zmmword ptr [r14+r15*2+100000]
vcmpps k3, zmm7, zmm14, 7
vcmpps k3, zmm7, zmmword ptr [rbp], 7
vblendmps zmm12{k3}, zmm7, zmm14
vblendmps zmm12{k3}, zmm7, zmmword ptr [rbp]
vcmpps k5, zmm7, zmm14, 17
vcmpps k5, zmm7, zmmword ptr [rsp], 17
vblendmps zmm12{k5}, zmm7, zmm14
vblendmps zmm12{k5}, zmm7, zmmword ptr [rsp]
vcmpps k7, zmm7, zmm14, 27
vcmpps k7, zmm7, zmmword ptr [rdi-128], 27
vblendmps zmm12{k7}, zmm7, zmm14
vblendmps zmm12{k7}, zmm7, zmmword ptr [rdi-128]
vcmpps k2, zmm7, zmmword ptr [rip+53], 30
vpslld xmm16, xmm3, 1
vpsrld xmm16, xmm3, 1
vpslld ymm16, ymm3, 2
vpsrld ymm16, ymm3, 2
vpslld zmm16, zmm3, 3
vpsrld zmm16, zmm3, 3
vcmpps k1, zmm16, zmm3, 20
vcmpps k1, zmm16, zmmword ptr [rdx-8192], 20
vblendmps zmm21{k1}, zmm16, zmm3
vblendmps zmm21{k1}, zmm16, zmmword ptr [rdx-8192]
vcmpps k3, zmm16, zmm3, 30
vcmpps k3, zmm16, zmmword ptr [r8+rax*1], 30
vblendmps zmm21{k3}, zmm16, zmm3
vblendmps zmm21{k3}, zmm16, zmmword ptr [r8+rax*1]
vcmpps k5, zmm16, zmm3, 8
vcmpps k5, zmm16, zmmword ptr [r13+rcx*8+4], 8
vblendmps zmm21{k5}, zmm16, zmm3
vblendmps zmm21{k5}, zmm16, zmmword ptr [r13+rcx*8+4]
vcmpps k7, zmm16, zmm3, 18
vcmpps k7, zmm16, zmmword ptr [r10+r12*1+1016], 18
vblendmps zmm21{k7}, zmm16, zmm3
vblendmps zmm21{k7}, zmm16, zmmword ptr [r10+r12*1+1016]
vcmpps k2, zmm16, zmmword ptr [rip+53], 30
vpslld xmm2, xmm31, 12
vpsrld xmm2, xmm31, 12
vpslld ymm2, ymm31, 13
vpsrld ymm2, ymm31, 13
vpslld zmm2, zmm31, 14
vpsrld zmm2, zmm31, 14
vcmpps k1, zmm2, zmm31, 11
vcmpps k1, zmm2, zmmword ptr [r13], 11
vblendmps zmm7{k1}, zmm2, zmm31
vblendmps zmm7{k1}, zmm2, zmmword ptr [r13]
vcmpps k3, zmm2, zmm31, 21
vcmpps k3, zmm2, zmmword ptr [r12+64], 21
vblendmps zmm7{k3}, zmm2, zmm31
vblendmps zmm7{k3}, zmm2, zmmword ptr [r12+64]
vcmpps k5, zmm2, zmm31, 31
vcmpps k5, zmm2, zmmword ptr [r9+127], 31
vblendmps zmm7{k5}, zmm2, zmm31
vblendmps zmm7{k5}, zmm2, zmmword ptr [r9+127]
vcmpps k7, zmm2, zmm31, 9
vcmpps k7, zmm2, zmmword ptr [rbx+8128], 9
vblendmps zmm7{k7}, zmm2, zmm31
vblendmps zmm7{k7}, zmm2, zmmword ptr [rbx+8128]
vcmpps k2, zmm2, zmmword ptr [rip+53], 30
vpslld xmm24, xmm17, 23
vpsrld xmm24, xmm17, 23
vpslld ymm24, ymm17, 24
vpsrld ymm24, ymm17, 24
vpslld zmm24, zmm17, 25
vpsrld zmm24, zmm17, 25
vcmpps k1, zmm24, zmm17, 2
vcmpps k1, zmm24, zmmword ptr [rbp+r9*4], 2
vblendmps zmm29{k1}, zmm24, zmm17
vblendmps zmm29{k1}, zmm24, zmmword ptr [rbp+r9*4]
vcmpps k3, zmm24, zmm17, 12
vcmpps k3, zmm24, zmmword ptr [rsp+rbp*2+2], 12
vblendmps zmm29{k3}, zmm24, zmm17
vblendmps zmm29{k3}, zmm24, zmmword ptr [rsp+rbp*2+2]
vcmpps k5, zmm24, zmm17, 22
vcmpps k5, zmm24, zmmword ptr [r11+r13*8-512], 22
vblendmps zmm29{k5}, zmm24, zmm17
vblendmps zmm29{k5}, zmm24, zmmword ptr [r11+r13*8-512]
vcmpps k7, zmm24, zmm17, 0
vcmpps k7, zmm24, zmmword ptr [rax], 0
vblendmps zmm29{k7}, zmm24, zmm17
vblendmps zmm29{k7}, zmm24, zmmword ptr [rax]
vcmpps k2, zmm24, zmmword ptr [rip+53], 30
vblendvps xmm0, xmm1, xmm2, xmm3
vblendvps xmm0, xmm1, xmmword ptr [rbp], xmm3
vblendvps ymm0, ymm1, ymm2, ymm3
vblendvps ymm0, ymm1, ymmword ptr [r13], ymm3
vmovd xmm0, ecx
vmovd ecx, xmm0
vblendvps xmm15, xmm8, xmm14, xmm9
vblendvps xmm15, xmm8, xmmword ptr [rsp], xmm9
vblendvps ymm15, ymm8, ymm14, ymm9
vblendvps ymm15, ymm8, ymmword ptr [r12+64], ymm9
vmovd xmm15, r8d
vmovd r8d, xmm15
vblendvps xmm3, xmm12, xmm5, xmm15
vblendvps xmm3, xmm12, xmmword ptr [rdi-128], xmm15
vblendvps ymm3, ymm12, ymm5, ymm15
vblendvps ymm3, ymm12, ymmword ptr [r9+127], ymm15
vmovd xmm3, r12d
vmovd r12d, xmm3
ldtilecfg [rax]
ldtilecfg [rbp]
ldtilecfg [r13]
ldtilecfg [rsp]
ldtilecfg [r12+64]
ldtilecfg [rdi-128]
ldtilecfg [r9+127]
ldtilecfg [rsi+128]
ldtilecfg [rbx+8128]
ldtilecfg [r15+8192]
ldtilecfg [rdx-8192]
ldtilecfg [rcx-8256]
ldtilecfg [r8+rax*1]
tileloadd tmm0, [r8+rax*1]
tilestored [r8+rax*1], tmm0
ldtilecfg [rbp+r9*4]
ldtilecfg [r13+rcx*8+4]
ldtilecfg [rsp+rbp*2+2]
ldtilecfg [r10+r12*1+1016]
tileloadd tmm1, [r10+r12*1+1016]
tilestored [r10+r12*1+1016], tmm1
ldtilecfg [r11+r13*8-512]
ldtilecfg [r14+r15*2+100000]
tileloadd tmm7, [rbp+r15*1]
tilestored [rbp+r15*1], tmm7
tileloadd tmm0, [r13+rax*1+127]
tilestored [r13+rax*1+127], tmm0
tileloadd tmm3, [rsp+rdx*1+128]
tilestored [rsp+rdx*1+128], tmm3
tilerelease
tilezero tmm0
tdpbf16ps tmm0, tmm1, tmm4
tdpbf16ps tmm0, tmm2, tmm7
tdpbf16ps tmm0, tmm3, tmm2
tilezero tmm1
tdpbf16ps tmm1, tmm2, tmm5
tdpbf16ps tmm1, tmm3, tmm0
tdpbf16ps tmm1, tmm4, tmm3
tilezero tmm2
tdpbf16ps tmm2, tmm3, tmm6
tdpbf16ps tmm2, tmm4, tmm1
tdpbf16ps tmm2, tmm5, tmm4
tilezero tmm3
tdpbf16ps tmm3, tmm4, tmm7
tdpbf16ps tmm3, tmm5, tmm2
tdpbf16ps tmm3, tmm6, tmm5
tilezero tmm4
tdpbf16ps tmm4, tmm5, tmm0
tdpbf16ps tmm4, tmm6, tmm3
tdpbf16ps tmm4, tmm7, tmm6
tilezero tmm5
tdpbf16ps tmm5, tmm6, tmm1
tdpbf16ps tmm5, tmm7, tmm4
tdpbf16ps tmm5, tmm0, tmm7
tilezero tmm6
tdpbf16ps tmm6, tmm7, tmm2
tdpbf16ps tmm6, tmm0, tmm5
tdpbf16ps tmm6, tmm1, tmm0
tilezero tmm7
tdpbf16ps tmm7, tmm0, tmm3
tdpbf16ps tmm7, tmm1, tmm6
tdpbf16ps tmm7, tmm2, tmm1
